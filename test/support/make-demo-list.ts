import { createRng, type Rng } from '../../src/adapters/simulator/rng.ts';

/** What the list of the demo holds. A row is a record: some go over several lines. */
export interface DemoList {
  readonly text: string;
  readonly rows: number;
  readonly distinct: number;
  readonly duplicates: number;
  readonly bad: number;
}

const DISTINCT = 2_300;
const DUPLICATES = 60;
const HEADER = ['手机号', '姓名', 'order_no', 'amount', 'note'];

const SURNAMES = [...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高'];
const GIVEN = [
  '伟',
  '芳',
  '娜',
  '敏',
  '静',
  '秀英',
  '丽',
  '强',
  '磊',
  '洋',
  '艳',
  '勇',
  '军',
  '杰',
  '娟',
  '欣怡',
  '子轩',
];
const NOTES = [
  '',
  '',
  '',
  '',
  '',
  'VIP',
  '上午来电',
  'prefers English',
  '老客户, 请称呼先生',
  '说 "尽快" 联系',
];
const LONG_NOTES = [
  '第一次未接\n请晚上再打',
  'moved house\r\nnew address on file',
  '备注:\n1. "加急"\n2. 可短信, 勿致电',
];

/** Numbers of other countries, from ranges that their regulators keep for films and books where there are such. */
const FOREIGN: readonly ((index: number) => string)[] = [
  (index) => `+44 20 7946 ${String(100 + index).padStart(4, '0')}`,
  (index) => `+1 (202) 555-01${String(index).padStart(2, '0')}`,
  (index) => `+65 6123 ${String(4_000 + index)}`,
];
const FOREIGN_EACH = 12;

/** Cells that are no callable number, one or more of every kind that real lists have. */
const BAD = [
  ...['', ' ', '-', 'N/A', '无', '见备注', '12345', '1380013', '138001380001', '1380013800', '+86 138 0013'],
  ...[
    '1.38E+10',
    '1.38001E+10',
    '1380013800O',
    '138OO138000',
    '138*0013800',
    '13800138000 ext 12',
    '13800138000转8',
  ],
  ...['13800138000/13900139000', '13800138000,13900139000', '13800138000 13900139000', '88123456', '2345678'],
  ...[
    '+1 202 555',
    '+999 12345678',
    '00000000000',
    '12800138000',
    '10086',
    '110',
    '+44 20 7946',
    '手机13800138000x',
  ],
];
const BAD_EACH = 2;

const plain = (national: string) => national;
/** Other ways in which people and programs write the same mobile number of China. */
const SPELLINGS: readonly ((national: string) => string)[] = [
  (national) => `+86${national}`,
  (national) => `0086${national}`,
  (national) => `86${national}`,
  (national) => `+86 ${national.slice(0, 3)} ${national.slice(3, 7)} ${national.slice(7)}`,
  (national) => `${national.slice(0, 3)}-${national.slice(3, 7)}-${national.slice(7)}`,
  (national) => ` ${national} `,
  (national) => `${national}.0`,
  (national) => national.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
];

function pick<T>(rng: Rng, from: readonly T[]): T {
  const found = from[rng.int(0, from.length - 1)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

function shuffle<T>(rng: Rng, list: T[]): T[] {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = rng.int(0, last);
    [list[last], list[other]] = [list[other] as T, list[last] as T];
  }
  return list;
}

/** Distinct mobile numbers of China: consecutive ones spread over the ranges that the sample scenario names. */
function chinaNumber(index: number): string {
  return `13800${1 + (index % 7)}${String(10_000 + index * 37).padStart(5, '0')}`;
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function record(rng: Rng, number: string, order: number): string {
  const name = rng.int(1, 40) === 1 ? '' : `${pick(rng, SURNAMES)}${pick(rng, GIVEN)}`;
  const orderNo = rng.int(1, 30) === 1 ? '' : `SO-${String(order).padStart(6, '0')}`;
  const cents = rng.int(0, 99);
  const amount = rng.int(1, 25) === 1 ? '' : `${rng.int(9, 9_999)}.${String(cents).padStart(2, '0')}`;
  const note = rng.int(1, 20) === 1 ? pick(rng, LONG_NOTES) : pick(rng, NOTES);
  return [number, name, orderNo, amount, note].map(cell).join(',');
}

/** The sample list of the demo: always the same text. */
export function demoList(): DemoList {
  const rng = createRng('demo-list');
  const numbers: string[] = [];
  for (let index = 0; index < DISTINCT - FOREIGN.length * FOREIGN_EACH; index += 1) {
    const spell = rng.int(1, 8) === 1 ? pick(rng, SPELLINGS) : plain;
    numbers.push(spell(chinaNumber(index)));
  }
  for (const write of FOREIGN) {
    for (let index = 0; index < FOREIGN_EACH; index += 1) numbers.push(write(index));
  }
  for (let index = 0; index < DUPLICATES; index += 1) {
    const spell = index % 3 === 0 ? plain : (SPELLINGS[index % SPELLINGS.length] ?? plain);
    numbers.push(spell(chinaNumber(index * 31)));
  }
  for (let round = 0; round < BAD_EACH; round += 1) numbers.push(...BAD);
  const records = shuffle(rng, numbers).map((number, index) => record(rng, number, index + 1));
  return {
    text: `${HEADER.join(',')}\n${records.join('\n')}\n`,
    rows: records.length,
    distinct: DISTINCT,
    duplicates: DUPLICATES,
    bad: BAD.length * BAD_EACH,
  };
}
