import type { Effects } from './callout-actions.ts';
import type { ColouringFault } from './faults.ts';

const CREATE = 'CreateAutoCalloutTask';

/** What the faults that strike a request change about how it is carried out. */
export function effectsOf(action: string, colours: readonly ColouringFault[]): Effects {
  const creates = action === CREATE;
  let listLateMs = 0;
  let recordDelayMs = 0;
  let vanishAfterMs: number | undefined;
  for (const fault of colours) {
    if (fault.kind === 'list_late') listLateMs += fault.forMs;
    if (fault.kind === 'late_records') recordDelayMs += fault.delayMs;
    if (fault.kind === 'vanish') vanishAfterMs = fault.afterMs;
  }
  return {
    listLateMs,
    recordDelayMs,
    vanishAfterMs: creates ? vanishAfterMs : undefined,
    vanishBefore: !creates && vanishAfterMs !== undefined,
    recordsHidden: !creates && recordDelayMs > 0,
  };
}

type Reply = Readonly<Record<string, unknown>>;

/** The reply as the faults that strike it make it look. The reply given is left as it is. */
export function colourReply(reply: Reply, colours: readonly ColouringFault[]): Reply {
  let coloured = reply;
  for (const fault of colours) {
    if (fault.kind === 'null_arrays') coloured = nullArrays(coloured, fault.all);
    if (fault.kind === 'unknown_enum') coloured = unknownEnum(coloured, fault);
  }
  return coloured;
}

function nullArrays(reply: Reply, all: boolean): Reply {
  return mapObject(reply, (value) => {
    if (!Array.isArray(value)) return value;
    if (all || value.length === 0) return null;
    return value.map((item) => (isObject(item) ? nullArrays(item, false) : item));
  });
}

function unknownEnum(reply: Reply, fault: Extract<ColouringFault, { kind: 'unknown_enum' }>): Reply {
  const inList = (list: string, field: string, also: Reply = {}) =>
    mapObject(reply, (value, key) => {
      if (key !== list || !Array.isArray(value)) return value;
      return value.map((item) =>
        isObject(item) && field in item ? { ...item, [field]: fault.value, ...also } : item,
      );
    });
  switch (fault.field) {
    case 'task_state':
      return 'Tasks' in reply
        ? inList('Tasks', 'State')
        : 'State' in reply
          ? { ...reply, State: fault.value }
          : reply;
    case 'number_state':
      return inList('Numbers', 'State');
    case 'audio_status':
      return inList('FileInfo', 'Status');
    case 'callee_state':
      return inList('Callees', 'State');
    case 'end_status': {
      const { TelCdrList } = inList('TelCdrList', 'EndStatus', { EndStatusString: 'notInTheReference' });
      return 'TelCdrList' in reply ? { ...reply, TelCdrList, TelCdrs: TelCdrList } : reply;
    }
  }
}

function mapObject(object: Reply, change: (value: unknown, key: string) => unknown): Reply {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}

function isObject(value: unknown): value is Reply {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
