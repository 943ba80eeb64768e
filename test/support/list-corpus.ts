import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import type { ListWish } from '../../src/core/list-wish.ts';
import { type Cell, makeXlsx, makeZip } from './make-xlsx.ts';

/** One list of the corpus, and what an import of it must say. */
export interface CorpusList {
  readonly file: string;
  readonly bytes: Buffer;
  /** Settings of the campaign beside the usual. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly wish?: ListWish;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicate?: number;
  /** Codes of the rows that are rejected, in their order. */
  readonly codes?: readonly string[];
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly format?: 'text' | 'gzip' | 'xlsx';
  /** What the import says of the file as a whole; with one that is refused, `refused` is set. */
  readonly reason?: RegExp;
  readonly refused?: true;
  /** Variables of the first callee, where they are what is tried. */
  readonly variables?: Readonly<Record<string, string>>;
}

const number = (index: number): string => `138${String(index).padStart(8, '0')}`;
const joined = (rows: readonly (readonly string[])[], delimiter = ',', eol = '\n'): string =>
  rows.map((row) => row.join(delimiter) + eol).join('');

const CHINESE = [
  ['手机号', '姓名', '城市'],
  [number(1), '王小明', '北京'],
  [number(2), '李秀英', '乌鲁木齐'],
  [number(3), '张伟', '呼和浩特'],
];
const TRADITIONAL = [
  ['手機號碼', '姓名', '備註'],
  [number(1), '陳美玲', '請下午再打電話'],
  [number(2), '黃志強', '聯絡過了'],
  [number(3), '林淑芬', '這個客戶說中文'],
];
const JAPANESE = [
  ['電話番号', 'お名前', '備考'],
  ['090-1234-5671', '山田太郎', '午後にお電話ください'],
  ['090-1234-5672', '佐藤花子', 'メールで連絡済み'],
];
const WESTERN = [
  ['phone', 'name', 'note'],
  ['+49 1512 3456781', 'Jürgen Groß', 'Straße 5 – 12 €'],
  ['+34 612 34 56 78', 'José Núñez', 'mañana'],
  ['+33 6 12 34 56 78', 'Hélène Lefèvre', 'déjà appelée'],
];

const encoded = (text: string, encoding: string): Buffer => iconv.encode(text, encoding);
const marked = (text: string, encoding: string): Buffer => iconv.encode(text, encoding, { addBOM: true });
const list = (
  file: string,
  bytes: Buffer | string,
  rest: Omit<CorpusList, 'file' | 'bytes'>,
): CorpusList => ({
  file,
  bytes: Buffer.from(bytes),
  ...rest,
});
const three = { rows: 3, accepted: 3 } as const;

const DELIMITERS: readonly CorpusList[] = [
  list('comma.csv', joined(CHINESE), {
    ...three,
    encoding: 'utf-8',
    delimiter: ',',
    variables: { 姓名: '王小明', 城市: '北京' },
  }),
  list('tab.tsv', joined(CHINESE, '\t'), {
    ...three,
    delimiter: '\t',
    variables: { 姓名: '王小明', 城市: '北京' },
  }),
  list(
    'semicolon.csv',
    joined(
      [
        ['phone', 'amount', 'note'],
        [number(1), '1,50', 'a, b'],
        [number(2), '22,00', 'c, d, e'],
        [number(3), '0,99', ''],
      ],
      ';',
    ),
    { ...three, delimiter: ';', variables: { amount: '1,50', note: 'a, b' } },
  ),
  list('pipe.txt', joined(CHINESE, '|'), { ...three, delimiter: '|' }),
  list('one-column.csv', joined([['phone'], [number(1)], [number(2)], [number(3)]]), {
    ...three,
    delimiter: ',',
  }),
  list(
    'sep-hint.csv',
    `sep=;\r\n${joined(
      [
        ['phone', 'a,b'],
        [number(1), 'x,y'],
        [number(2), 'z'],
        [number(3), ''],
      ],
      ';',
      '\r\n',
    )}`,
    { ...three, delimiter: ';', variables: { 'a,b': 'x,y' } },
  ),
  list(
    'sep-hint-odd.csv',
    `\ufeff"sep=^"\n${joined(
      [
        ['phone', 'a'],
        [number(1), 'x,y'],
        [number(2), 'z'],
        ['nobody', ''],
      ],
      '^',
    )}`,
    { rows: 3, accepted: 2, codes: ['number_letters'], delimiter: '^' },
  ),
  list(
    'quoted-delimiters.csv',
    `phone;name;note\n${number(1)};"Wang; Xiaoming";"a|b|c"\n${number(2)};"Li, Ming";"d, e, f, g"\n${number(3)};"x";"1|2|3"\n`,
    { ...three, delimiter: ';', variables: { name: 'Wang; Xiaoming', note: 'a|b|c' } },
  ),
  list('bars-in-notes.csv', `phone,note,tag\n${number(1)},a|b,x\n${number(2)},c|d,y\n${number(3)},e|f,z\n`, {
    ...three,
    delimiter: ',',
  }),
  list(
    'told-delimiter.csv',
    joined(
      [
        ['phone', 'x'],
        [number(1), 'y'],
        [number(2), 'z'],
        [number(3), ''],
      ],
      '~',
    ),
    { ...three, wish: { delimiter: '~' }, delimiter: '~' },
  ),
  list('comma.csv.gz', gzipSync(joined(CHINESE)), { ...three, format: 'gzip', delimiter: ',' }),
  list('gb18030-semicolon.csv.gz', gzipSync(encoded(joined(CHINESE, ';'), 'gb18030')), {
    ...three,
    format: 'gzip',
    encoding: 'gb18030',
    delimiter: ';',
  }),
  list(
    'two-members.csv.gz',
    Buffer.concat([gzipSync(joined(CHINESE.slice(0, 2))), gzipSync(joined(CHINESE.slice(2)))]),
    { ...three, format: 'gzip' },
  ),
];

const chinese = { ...three, variables: { 姓名: '王小明', 城市: '北京' } } as const;
const half = encoded('李', 'gb18030').subarray(0, 1);

const ENCODINGS: readonly CorpusList[] = [
  list(
    'ascii.csv',
    joined([
      ['phone', 'name'],
      [number(1), 'Wang'],
    ]),
    { rows: 1, accepted: 1, encoding: 'utf-8' },
  ),
  list('utf8-bom.csv', marked(joined(CHINESE), 'utf-8'), { ...chinese, encoding: 'utf-8' }),
  list(
    'utf8-emoji.csv',
    joined([
      ['phone', 'name'],
      [number(1), '📞 王'],
      [number(2), '𠮷野'],
    ]),
    { rows: 2, accepted: 2, encoding: 'utf-8', variables: { name: '📞 王' } },
  ),
  list('utf16le.txt', marked(joined(CHINESE, '\t', '\r\n'), 'utf-16le'), {
    ...chinese,
    encoding: 'utf-16le',
    delimiter: '\t',
  }),
  list('utf16be.csv', marked(joined(CHINESE), 'utf-16be'), { ...chinese, encoding: 'utf-16be' }),
  list('utf16le-unmarked.csv', encoded(joined(CHINESE), 'utf-16le'), { ...chinese, encoding: 'utf-16le' }),
  list('utf16be-unmarked.csv', encoded(joined(CHINESE), 'utf-16be'), { ...chinese, encoding: 'utf-16be' }),
  list('utf16le-cut.csv', marked(joined(CHINESE), 'utf-16le').subarray(0, -1), {
    rows: 2,
    accepted: 2,
    encoding: 'utf-16le',
    refused: true,
    reason: /cut off at byte \d+; .*Rows 1 to 2 were taken/,
  }),
  list('gb18030.csv', encoded(joined(CHINESE), 'gb18030'), { ...chinese, encoding: 'gb18030' }),
  list(
    'gb18030-four-bytes.csv',
    encoded(
      joined([
        ['手机号', '姓名'],
        [number(1), '㐂𠮷'],
        [number(2), '王㼆明'],
      ]),
      'gb18030',
    ),
    { rows: 2, accepted: 2, encoding: 'gb18030', variables: { 姓名: '㐂𠮷' } },
  ),
  list('gb18030-bom.csv', marked(joined(CHINESE), 'gb18030'), { ...chinese, encoding: 'gb18030' }),
  list(
    'gbk-names-only.csv',
    encoded(
      joined([
        ['phone', 'name'],
        [number(1), '赵敏'],
        [number(2), '周芷若'],
      ]),
      'gbk',
    ),
    { rows: 2, accepted: 2, encoding: 'gb18030', variables: { name: '赵敏' } },
  ),
  list(
    'gbk-half-character.csv',
    Buffer.concat([
      encoded(joined(CHINESE), 'gbk'),
      Buffer.from(`${number(4)},`),
      half,
      Buffer.from(',\n'),
      Buffer.from(`${number(5)},ok,\n`),
    ]),
    { rows: 5, accepted: 4, encoding: 'gb18030', codes: ['row_damaged'] },
  ),
  list('big5.csv', encoded(joined(TRADITIONAL), 'big5'), {
    ...three,
    encoding: 'big5',
    variables: { 姓名: '陳美玲', 備註: '請下午再打電話' },
  }),
  list(
    'big5-hong-kong.csv',
    encoded(
      joined([
        ['手機號碼', '姓名', '備註'],
        [number(1), '陳嘅', '喺深水埗邨'],
        [number(2), '黃大文', '佢話聽日再打過嚟'],
      ]),
      'big5hkscs',
    ),
    { rows: 2, accepted: 2, encoding: 'big5', variables: { 姓名: '陳嘅', 備註: '喺深水埗邨' } },
  ),
  list('shift-jis.csv', encoded(joined(JAPANESE), 'shift_jis'), {
    rows: 2,
    accepted: 2,
    settings: { defaultRegion: 'JP' },
    encoding: 'shift-jis',
    variables: { お名前: '山田太郎', 備考: '午後にお電話ください' },
  }),
  list(
    'shift-jis-half-width.csv',
    encoded(
      joined([
        ['電話番号', 'ﾅﾏｴ'],
        ['090-1234-5671', 'ﾔﾏﾀﾞ ﾀﾛｳ'],
        ['090-1234-5672', 'ｻﾄｳ ﾊﾅｺ'],
      ]),
      'shift_jis',
    ),
    {
      rows: 2,
      accepted: 2,
      settings: { defaultRegion: 'JP' },
      encoding: 'shift-jis',
      variables: { ﾅﾏｴ: 'ﾔﾏﾀﾞ ﾀﾛｳ' },
    },
  ),
  list('windows-1252.csv', encoded(joined(WESTERN), 'windows-1252'), {
    ...three,
    encoding: 'windows-1252',
    variables: { name: 'Jürgen Groß', note: 'Straße 5 – 12 €' },
  }),
  list(
    'told-encoding.csv',
    encoded(
      joined([
        ['phone', 'name'],
        [number(1), '王'],
      ]),
      'big5',
    ),
    { rows: 1, accepted: 1, wish: { encoding: 'big5' }, encoding: 'big5', variables: { name: '王' } },
  ),
  list(
    'told-wrong-encoding.csv',
    encoded(
      joined([['phone', 'name'], ...Array.from({ length: 40 }, (_, index) => [number(index), '王小明'])]),
      'gbk',
    ),
    {
      rows: 0,
      accepted: 0,
      wish: { encoding: 'utf-8' },
      refused: true,
      reason: /not UTF-8 from byte 24 on; .*--encoding/,
    },
  ),
  list(
    'two-encodings.csv',
    Buffer.concat([
      encoded(
        joined([['phone', 'name'], ...Array.from({ length: 40 }, (_, index) => [number(index), '王小明'])]),
        'utf-8',
      ),
      encoded(joined(Array.from({ length: 20 }, (_, index) => [number(100 + index), '李'])), 'gbk'),
    ]),
    {
      rows: 40,
      accepted: 40,
      encoding: 'utf-8',
      refused: true,
      reason: /not UTF-8 from byte \d+ on; .*Rows 1 to 40 were taken/,
    },
  ),
  list(
    'utf8-one-bad-byte.csv',
    Buffer.concat([
      Buffer.from(`phone,name\n${number(1)},王\n${number(2)},`),
      Buffer.from([0xb0]),
      Buffer.from(`\n${number(3)},李\n`),
    ]),
    { rows: 3, accepted: 2, encoding: 'utf-8', codes: ['row_damaged'] },
  ),
  list('zero-bytes.csv', `phone,name\n${number(1)},a\0b\n${number(2)},ok\n${number(3)}\0,c\n`, {
    rows: 3,
    accepted: 1,
    codes: ['row_damaged', 'row_damaged'],
  }),
  list('joined-files.csv', `\ufeffphone,name\n${number(1)},a\n\ufeffphone,name\n${number(2)},b\n`, {
    rows: 3,
    accepted: 2,
    codes: ['number_letters'],
    encoding: 'utf-8',
  }),
];

const LINES: readonly CorpusList[] = [
  list('crlf.csv', joined(CHINESE, ',', '\r\n'), chinese),
  list('cr.csv', joined(CHINESE, ',', '\r'), chinese),
  list('mixed-ends.csv', `phone,name\r${number(1)},a\n${number(2)},b\r\n${number(3)},c\r`, {
    ...three,
    variables: { name: 'a' },
  }),
  list('doubled-cr.csv', joined(CHINESE, ',', '\r\r\n'), chinese),
  list('no-last-end.csv', joined(CHINESE).trimEnd(), chinese),
  list('blank-lines.csv', `\n\nphone,name\n\n${number(1)},a\n\r\n${number(2)},b\n\n\n`, {
    rows: 2,
    accepted: 2,
  }),
  list(
    'quoted-breaks.csv',
    `phone,note\r\n${number(1)},"two\r\nlines, and ""quotes"""\r\n"${number(2)}","x\ny\rz"\r\n`,
    { rows: 2, accepted: 2, variables: { note: 'two\r\nlines, and "quotes"' } },
  ),
  list(
    'broken-quotes.csv',
    `phone,note\n${number(1)},"a"b\n${number(2)},ok\n${number(3)},"never closed\n${number(4)},fine\n`,
    { rows: 4, accepted: 2, codes: ['broken_quoting', 'broken_quoting'] },
  ),
  list('empty.csv', '', { rows: 0, accepted: 0, refused: true, reason: /the file is empty/ }),
  list('only-blanks.csv', '\r\n\r\n \r\n', { rows: 0, accepted: 0, refused: true, reason: /no header line/ }),
  list('header-only.csv', 'phone,name\n', { rows: 0, accepted: 0, reason: /a header and no rows/ }),
  list(
    'long-row.csv.gz',
    gzipSync(`phone,note\n${number(1)},a\n${number(2)},${'x'.repeat(2 ** 20)}\n${number(3)},b\n`),
    { rows: 3, accepted: 2, codes: ['row_too_big'], format: 'gzip' },
  ),
  list(
    'ragged.csv',
    `phone,name,note\n${number(1)}\n${number(2)},b\n${number(3)},c,d,,\n${number(4)},e,f,g\n,,\n`,
    { rows: 5, accepted: 3, codes: ['row_too_long', 'row_empty'] },
  ),
  list(
    'trailing-delimiters.csv',
    `phone,name,,,\n${number(1)},a,,,\n${number(2)},b,,,\n${number(3)},c,,x,\n`,
    { rows: 3, accepted: 2, codes: ['row_too_long'] },
  ),
];

const HEADERS: readonly CorpusList[] = [
  list('title.csv', `2026年11月客户名单\n制表：市场部\n\n手机号,姓名\n${number(1)},王\n${number(2)},李\n`, {
    rows: 2,
    accepted: 2,
    variables: { 姓名: '王' },
  }),
  list('title-wide.csv', `Customer phones,,\n,,\nname,phone,city\na,${number(1)},x\nb,${number(2)},y\n`, {
    rows: 2,
    accepted: 2,
    variables: { name: 'a', city: 'x' },
  }),
  list('title-that-names.csv', `客户电话\n姓名;联系电话\n王;${number(1)}\n李;${number(2)}\n`, {
    rows: 2,
    accepted: 2,
    delimiter: ';',
    variables: { 姓名: '王' },
  }),
  list(
    'form.csv',
    encoded(
      `疫苗接种通知名单,,,,\r\n制表单位：,街道办,,日期：,2026-11-23\r\n序号,姓名,证件号,联系电话（必填）,住址\r\n1,王,11010119900307123X,${number(1)},x\r\n2,李,,${number(2)},\r\n合计,,,2人,\r\n`,
      'gb18030',
    ),
    {
      rows: 3,
      accepted: 2,
      codes: ['number_letters'],
      encoding: 'gb18030',
      variables: { 姓名: '王', 证件号: '11010119900307123X' },
    },
  ),
  list('number-above-header.csv', `名单\n咨询,010-65521000\n姓名,手机\n王,${number(1)}\n`, {
    rows: 0,
    accepted: 0,
    refused: true,
    reason: /begins with "姓名" names the columns, but a line above it holds a number/,
  }),
  list('copied-header.csv', `\u200b手机号\u200b,姓名\u00a0\n\u202d${number(1)}\u202c,王\n`, {
    rows: 1,
    accepted: 1,
    variables: { 姓名: '王' },
  }),
  list('other-delimiter.txt', `手机号 姓名\n${number(1)} 王\n`, {
    rows: 0,
    accepted: 0,
    refused: true,
    reason: /found: "手机号 姓名".*--delimiter/,
  }),
  list('equal-number-headers.csv', `手机号,手机号\n${number(1)},${number(2)}\n`, {
    rows: 0,
    accepted: 0,
    refused: true,
    reason: /columns 1 and 2 are both named "手机号"; rename one/,
  }),
  list('no-header.csv', `${number(1)},王,北京\n${number(2)},李,上海\n${number(1)},王,北京\n`, {
    rows: 3,
    accepted: 2,
    duplicate: 1,
    variables: { column_2: '王', column_3: '北京' },
  }),
  list('no-header-one-column.txt', `${number(1)}\n${number(2)}\n${number(3)}\n`, three),
  list('no-header-two-numbers.csv', `${number(1)},${number(2)}\n`, {
    rows: 0,
    accepted: 0,
    refused: true,
    reason: /no header line.*"column_1" or "column_2"/,
  }),
  list('no-header-told.csv', `${number(1)},${number(2)},x\n`, {
    rows: 1,
    accepted: 1,
    settings: { columns: { callee: 'column_2', variables: { home: 'column_1' } } },
    variables: { home: number(1) },
  }),
  list('two-number-columns.csv', `姓名,手机,电话\n王,${number(1)},${number(2)}\n`, {
    rows: 0,
    accepted: 0,
    refused: true,
    reason: /which column is the number to call: "手机" or "电话"\?/,
  }),
  list('two-number-columns-told.csv', `姓名,手机,电话\n王,${number(1)},${number(2)}\n`, {
    rows: 1,
    accepted: 1,
    settings: { columns: { callee: '电话' } },
    variables: { 姓名: '王', 手机: number(1) },
  }),
  list('full-width-header.csv', `ＰＨＯＮＥ　ＮＵＭＢＥＲ,Name \n${number(1)},a\n`, {
    rows: 1,
    accepted: 1,
    variables: { Name: 'a' },
  }),
  list('no-number-column.csv', 'name,city\na,b\n', {
    rows: 0,
    accepted: 0,
    refused: true,
    reason: /no column looks like a number to call/,
  }),
  list('equal-headers.csv', `phone,x,x\n${number(1)},a,b\n`, {
    rows: 0,
    accepted: 0,
    refused: true,
    reason: /columns 2 and 3 are both named "x"/,
  }),
  list('time-zones.csv', `phone,tz\n${number(1)},Asia/Urumqi\n${number(2)},\n${number(3)},Mars/Base\n`, {
    rows: 3,
    accepted: 2,
    codes: ['time_zone_unknown'],
  }),
  list('long-uui.csv', `phone,uui\n${number(1)},${'字'.repeat(341)}\n${number(2)},${'字'.repeat(342)}\n`, {
    rows: 2,
    accepted: 1,
    codes: ['uui_too_long'],
  }),
];

const SPELLINGS = [
  '13800138000',
  '138 0013 8000',
  '138-0013-8000',
  '138.0013.8000',
  '(138)00138000',
  '+86 13800138000',
  '\u202d13800138000\u202c',
  '"13,800,138,000"',
  '13800138000;',
  '0086-138-0013-8000',
  '8613800138000',
  '013800138000',
  '１３８００１３８０００',
  "'13800138000",
  '="13800138000"',
  'tel:+8613800138000',
];
const REFUSALS = [
  ['1.38E+10', 'number_shortened'],
  ['13800138000转8012', 'number_extension'],
  ['010-65521000#12', 'number_extension'],
  ['010-65521000-801', 'number_extension'],
  ['13800138000/13900139000', 'number_several'],
  ['1380013800', 'number_invalid'],
  ['65521000', 'number_no_area_code'],
  ['10086', 'number_too_short'],
  ['13800138000123456', 'number_too_long'],
  ['无', 'number_letters'],
  ['138****8000', 'number_characters'],
] as const;

const NUMBERS: readonly CorpusList[] = [
  list(
    'spellings.tsv',
    joined(
      [
        ['phone', 'x'],
        ...SPELLINGS.map((text) => [text.startsWith('=') ? `"${text.replaceAll('"', '""')}"` : text, '']),
      ],
      '\t',
    ),
    { rows: SPELLINGS.length, accepted: 1, duplicate: SPELLINGS.length - 1 },
  ),
  list('refused-numbers.csv', joined([['phone', 'x'], ...REFUSALS.map(([text]) => [text, 'y'])]), {
    rows: REFUSALS.length,
    accepted: 0,
    codes: REFUSALS.map(([, code]) => code),
  }),
  list('several-refused.csv', `phone,name\n${number(1)}、${number(2)},a\n"${number(3)}\n${number(4)}",b\n`, {
    rows: 2,
    accepted: 0,
    codes: ['number_several', 'number_several'],
  }),
  list(
    'several-first.csv',
    `phone,name\n${number(1)}、${number(2)},a\n"${number(3)}\n${number(4)}",b\n138 0000 0001 / 139,c\n无/${number(5)},d\n12/${number(6)},e\n`,
    {
      rows: 5,
      accepted: 2,
      duplicate: 1,
      codes: ['number_letters', 'number_too_short'],
      settings: { several: 'first' },
    },
  ),
  list(
    'foreign.csv',
    joined([
      ['phone', 'x'],
      ['+1 415 555 2671', ''],
      ['0044 20 7946 0958', ''],
      ['+852 9123 4567', ''],
      ['+999 12345678', ''],
    ]),
    { rows: 4, accepted: 3, codes: ['number_invalid'] },
  ),
];

const HEAD: readonly Cell[] = ['手机号', '姓名', '金额', '到期日'];
const styled = (style: number, value: number | string): Cell => ({
  xml: `<c r="@" s="${style}"><v>${value}</v></c>`,
});
const CONTROL = '\x01\x02\x03\x04\x05\x06\x07\x08';

const WORKBOOKS: readonly CorpusList[] = [
  list(
    'inline.xlsx',
    makeXlsx({
      sheets: [
        {
          name: 'Sheet1',
          rows: [
            ['phone', 'name'],
            [number(1), '王 & <李>'],
            [number(2), 'two\r\nlines'],
          ],
        },
      ],
    }),
    { rows: 2, accepted: 2, format: 'xlsx', delimiter: '', variables: { name: '王 & <李>' } },
  ),
  list(
    'shared.xlsx',
    makeXlsx({
      shared: true,
      sharedXml: ['<r><t>王</t></r><r><rPr><b/></rPr><t>小明</t></r><rPh sb="0" eb="1"><t>wang</t></rPh>'],
      sheets: [
        {
          name: '名单',
          rows: [
            ['phone', 'name'],
            [number(1), { xml: '<c r="@" t="s"><v>0</v></c>' }],
            [number(2), 'x'],
          ],
        },
      ],
    }),
    { rows: 2, accepted: 2, format: 'xlsx', variables: { name: '王小明' } },
  ),
  list(
    'typed.xlsx',
    makeXlsx({
      formats: [14, 22, 'yyyy"年"m"月"d"日"', '00000000000', 'h:mm:ss', '[$-409]mmm\\ d'],
      sheets: [
        {
          name: 'S',
          rows: [
            [...HEAD, 'at', 'ok', 'sum', 'bad'],
            [
              13800000001,
              '王',
              12.5,
              styled(1, 46348),
              styled(2, 46348.395833333336),
              true,
              { xml: '<c r="@" t="str"><f>A1&amp;"x"</f><v>kept</v></c>' },
              { xml: '<c r="@" t="e"><v>#N/A</v></c>' },
            ],
            [styled(0, '1.3800000002E10'), '李', 0.1 + 0.2, styled(3, 46348)],
            [styled(4, 1065521000), '固', 1e15, styled(5, 0.5)],
            [styled(0, '1.38000000000012E+22'), '没', 1, ''],
            ['1.38E+10', '没', 1, ''],
            [
              { xml: '<c r="@"><f>A2+1</f><v>13800000003</v></c>' },
              '式',
              1,
              { xml: '<c r="@" t="d"><v>2026-11-22T09:30:00</v></c>' },
            ],
            [13800000001, '又', 1, styled(6, 46348)],
            [undefined, '无', 1],
          ],
        },
      ],
    }),
    {
      rows: 8,
      accepted: 4,
      duplicate: 1,
      codes: ['number_shortened', 'number_shortened', 'number_missing'],
      format: 'xlsx',
      variables: {
        姓名: '王',
        金额: '12.5',
        到期日: '2026-11-22',
        at: '2026-11-22T09:30:00',
        ok: 'TRUE',
        sum: 'kept',
        bad: '#N/A',
      },
    },
  ),
  list(
    'sparse.xlsx',
    makeXlsx({
      sheets: [
        {
          name: 'S',
          rows: [
            [undefined, 'phone', undefined, 'name'],
            [],
            [undefined, number(1), undefined, 'a'],
            ['', ''],
            [undefined, number(2)],
            [undefined, number(3), 'stray', 'c'],
          ],
        },
      ],
    }),
    { rows: 3, accepted: 2, codes: ['row_too_long'], format: 'xlsx', variables: { name: 'a' } },
  ),
  list(
    'no-references.xlsx',
    makeZip({
      'xl/workbook.xml':
        '<x:workbook xmlns:x="m" xmlns:q="r"><x:sheets><x:sheet name="A" q:id="a"/></x:sheets></x:workbook>',
      'xl/_rels/workbook.xml.rels':
        '<Relationships><Relationship Id="a" Type="t/worksheet" Target="/xl/worksheets/a.xml"/></Relationships>',
      'xl/worksheets/a.xml': `<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>phone</x:t></x:is></x:c><x:c t="inlineStr"><x:is><x:t>name</x:t></x:is></x:c></x:row><x:row><x:c><x:v>${number(1)}</x:v></x:c><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>`,
    }),
    { rows: 1, accepted: 1, format: 'xlsx', variables: { name: 'a' } },
  ),
  list(
    'title.xlsx',
    makeXlsx({
      shared: true,
      sheets: [{ name: 'S', rows: [['外呼名单'], [], ['姓名', '被叫号码'], ['王', 13800000001]] }],
    }),
    { rows: 1, accepted: 1, format: 'xlsx', variables: { 姓名: '王' } },
  ),
  list(
    'no-number-cell.xlsx',
    makeXlsx({
      shared: true,
      sheets: [{ name: 'S', rows: [['姓名', '电话', '城市'], ['王'], ['李', number(1)]] }],
    }),
    { rows: 2, accepted: 1, codes: ['number_missing'], format: 'xlsx', variables: { 姓名: '李', 城市: '' } },
  ),
  list(
    'groups.xlsx',
    makeXlsx({
      shared: true,
      sheets: [
        {
          name: 'S',
          rows: [
            ['客户名单'],
            ['基本信息', undefined, '联系信息'],
            ['姓名', '性别', '手机', '住址'],
            ['王', '男', 13800000001, '北京'],
          ],
        },
      ],
    }),
    { rows: 1, accepted: 1, format: 'xlsx', variables: { 姓名: '王', 住址: '北京' } },
  ),
  list(
    'instructions-first.xlsx',
    makeXlsx({
      sheets: [
        { name: '说明', rows: [['请在第二个表填写']] },
        { name: 'lookup', hidden: true, rows: [['x']] },
        { name: '数据', rows: [['手机号'], [number(1)]] },
      ],
    }),
    {
      rows: 0,
      accepted: 0,
      refused: true,
      reason: /no column looks like.*sheet "说明"; .* --sheet: "数据"\. No row/,
    },
  ),
  list(
    'empty-first.xlsx',
    makeXlsx({
      sheets: [
        { name: 'A', rows: [] },
        { name: 'B', rows: [['phone'], [number(1)]] },
      ],
    }),
    { rows: 0, accepted: 0, refused: true, reason: /the file is empty.*sheet "A"; .* --sheet: "B"/ },
  ),
  list(
    'hidden-first.xlsx',
    makeXlsx({
      sheets: [
        { name: 'codes', hidden: true, rows: [['code'], ['1']] },
        { name: '名单', rows: [['phone'], [number(1)]] },
      ],
    }),
    { rows: 1, accepted: 1, format: 'xlsx' },
  ),
  list(
    'named-sheet.xlsx',
    makeXlsx({
      sheets: [
        { name: 'Summary', rows: [['total'], [1]] },
        { name: 'List 2', rows: [['phone'], [number(1)], [number(2)]] },
      ],
    }),
    { rows: 2, accepted: 2, wish: { sheet: 'list 2' }, format: 'xlsx' },
  ),
  list('no-such-sheet.xlsx', makeXlsx({ sheets: [{ name: 'Summary', rows: [['phone'], [number(1)]] }] }), {
    rows: 0,
    accepted: 0,
    wish: { sheet: 'List' },
    refused: true,
    reason: /no sheet "List"; it has "Summary"/,
  }),
  list(
    'dates-1904.xlsx',
    makeXlsx({
      date1904: true,
      formats: [14],
      sheets: [
        {
          name: 'S',
          rows: [
            ['phone', 'due'],
            [number(1), styled(1, 44886)],
          ],
        },
      ],
    }),
    { rows: 1, accepted: 1, format: 'xlsx', variables: { due: '2026-11-22' } },
  ),
  list(
    'long-row.xlsx',
    makeXlsx({
      sheets: [
        {
          name: 'S',
          rows: [
            ['phone', 'note'],
            [number(1), 'a'],
            [number(2), 'x'.repeat(120_000)],
            [number(3), 'b'],
          ],
        },
      ],
    }),
    { rows: 3, accepted: 2, codes: ['row_too_big'], format: 'xlsx' },
  ),
  list(
    'cut-off.xlsx',
    makeXlsx({ sheets: [{ name: 'S', rows: [['phone'], [number(1)]] }] }).subarray(0, 700),
    { rows: 0, accepted: 0, refused: true, reason: /damaged, cut off or protected/ },
  ),
  list(
    'broken-sheet.xlsx',
    makeZip({
      'xl/workbook.xml': '<workbook xmlns:r="r"><sheets><sheet name="A" r:id="a"/></sheets></workbook>',
      'xl/_rels/workbook.xml.rels':
        '<Relationships><Relationship Id="a" Type="t/worksheet" Target="a.xml"/></Relationships>',
      'xl/a.xml': '<worksheet><sheetData><row></sheetData>',
    }),
    { rows: 0, accepted: 0, refused: true, reason: /broken .*save it anew/ },
  ),
];

const REFUSED: readonly CorpusList[] = (
  [
    [
      'old.xls',
      Buffer.from('d0cf11e0a1b11ae1000000000000000000', 'hex'),
      /XLS.*password.*save it as "CSV UTF-8" or as XLSX/,
    ],
    [
      'web-page.xls',
      '<html><head><meta charset="gb2312"></head><table><tr><td>13800000001</td></tr></table></html>',
      /web page/,
    ],
    [
      'styled-page.xls',
      '<style>td{mso-number-format:"\\@"}</style>\n<table><tr><td>13800000001</td></tr></table>',
      /web page/,
    ],
    ['commented-page.xls', '\r\n<!-- export -->\n<TABLE><tr><td>phone</td></tr></TABLE>', /web page/],
    ['web-archive.xls', 'MIME-Version: 1.0\nX-Document-Type: Workbook\n', /web page saved as one file/],
    ['objects.csv', '[\n  {"phone": "13800000001"}\n]\n', /JSON document; export the list as CSV/],
    ['lines.csv', '{"phone":"13800000001"}\n{"phone":"13800000002"}\n', /JSON document/],
    ['contacts.csv', 'BEGIN:VCARD\r\nTEL:+8613800000001\r\nEND:VCARD\r\n', /vCard/],
    ['utf32.csv', Buffer.from('fffe0000700000000a000000', 'hex'), /UTF-32/],
    ['report.pdf', '%PDF-1.7\n%\xe2\xe3\n1 0 obj', /PDF/],
    ['archive.zip', makeZip({ 'list.csv': joined(CHINESE) }), /ZIP archive; unpack it/],
    [
      'sheet.ods',
      makeZip({ mimetype: 'application/vnd.oasis.opendocument.spreadsheet', 'content.xml': '<x/>' }),
      /OpenDocument/,
    ],
    ['binary.xlsb', makeZip({ 'xl/workbook.bin': 'x' }), /XLSB/],
    ['letter.docx', makeZip({ 'word/document.xml': '<x/>' }), /not a workbook/],
    ['photo.png', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /picture/],
    ['packed-twice.csv.gz', gzipSync(gzipSync(joined(CHINESE))), /gzip twice/],
    ['packed.xlsx.gz', gzipSync(makeZip({ 'xl/workbook.xml': '<x/>' })), /unpack it first/],
    ['noise.csv', `${CONTROL}phone${CONTROL}\n${CONTROL.repeat(9)}`, /no text/],
  ] as const
).map(([file, bytes, reason]) => list(file, bytes, { rows: 0, accepted: 0, refused: true, reason }));

const CUT_GZIP = list(
  'cut-off.csv.gz',
  gzipSync(joined([['phone'], ...Array.from({ length: 9 }, (_, index) => [number(index)])])).subarray(0, 40),
  { rows: 0, accepted: 0, refused: true, reason: /damaged or cut off/ },
);

/** Small lists as people really send them, each with its accounting. */
export const LIST_CORPUS: readonly CorpusList[] = [
  ...DELIMITERS,
  ...ENCODINGS,
  ...LINES,
  ...HEADERS,
  ...NUMBERS,
  ...WORKBOOKS,
  ...REFUSED,
  CUT_GZIP,
];
