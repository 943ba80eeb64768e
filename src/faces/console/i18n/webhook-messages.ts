import type { Message } from './message.ts';

/** Texts of the page with webhooks. */
export const WEBHOOK_MESSAGES = {
  'nav.webhooks': ['Webhooks', '回调'],
  'webhooks.note': [
    'Other systems that are told how each callee ended and what campaigns do. Messages are signed (Standard Webhooks) and sent again, ever more rarely, for three days.',
    '将每个被叫的结果和活动的变化通知其他系统。消息带签名（Standard Webhooks），失败后以递增间隔重发三天。',
  ],
  'webhooks.none': ['Nobody is told of anything yet', '还没有回调'],
  'webhooks.noneHint': [
    'Add an address of a system of yours, such as a CRM, to have it told from then on.',
    '添加您的系统（例如 CRM）的地址，此后的事件将通知它。',
  ],
  'webhooks.add': ['Add a webhook', '添加回调'],
  'webhooks.added': ['{url} is told from now on', '此后的事件将通知 {url}'],
  'webhooks.url': ['Address', '地址'],
  'webhooks.urlHint': ['Public, and with TLS: https://host/path', '公网地址，使用 TLS：https://主机/路径'],
  'webhooks.events': ['Events', '事件'],
  'webhooks.allEvents': ['all', '全部'],
  'webhooks.campaign': ['Only of the campaign', '仅限活动'],
  'webhooks.campaignHint': ['Its id; empty: of all', '活动编号；留空为全部'],
  'webhooks.allCampaigns': ['All campaigns', '所有活动'],
  'webhooks.numbers': ['With phone numbers', '包含电话号码'],
  'webhooks.numbersHint': [
    'Otherwise row and user data say whom an event is about.',
    '否则由行号和随路数据说明事件涉及的被叫。',
  ],
  'webhooks.state': ['How it does', '状况'],
  'webhooks.well': ['In order', '正常'],
  'webhooks.failing': ['Fails', '失败'],
  'webhooks.stopped': ['Stopped', '已停止'],
  'webhooks.unused': ['Nothing to tell yet', '尚无可通知的内容'],
  'webhooks.delivered': ['Last taken', '最近送达'],
  'webhooks.failures': [
    '{n} {n|failure|failures} in a row; tried again {at}',
    '连续失败 {n} 次，将于 {at} 重试',
  ],
  'webhooks.failuresEnded': [
    'Failed for days, or said to be gone. What happened since waits until it is resumed.',
    '持续失败多日，或对方表示不再接收。期间的事件等待恢复后发送。',
  ],
  'webhooks.addedBy': ['Added by', '添加人'],
  'webhooks.resume': ['Try now', '立即重试'],
  'webhooks.resumed': ['It is tried again now.', '正在重试。'],
  'webhooks.remove': ['Remove', '移除'],
  'webhooks.removed': ['{url} is told nothing more.', '不再通知 {url}。'],
  'webhooks.removeNote': [
    'Nothing more is sent there, not even what still waits. To add it again makes a new secret.',
    '不再发送任何消息，包括尚在等待的消息。重新添加会生成新的密文。',
  ],
} as const satisfies Readonly<Record<string, Message>>;
