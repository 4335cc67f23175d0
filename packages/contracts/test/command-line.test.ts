import { expect, it } from 'vitest';
import { readCommandLine, UsageError } from '../src/command-line.ts';

const read = (...args: string[]) =>
  readCommandLine('Usage: x\n', {
    args,
    allowPositionals: true,
    options: { out: { type: 'string' }, json: { type: 'boolean' } },
  });

it('knows --help and -h besides the options it is given', () => {
  expect(read('--help').values).toMatchObject({ help: true });
  expect(read('-h').values).toMatchObject({ help: true });
  expect(read('--out', 'x', 'y')).toMatchObject({ values: { help: false, out: 'x' }, positionals: ['y'] });
});

it.each([
  [['--jsno'], 'Unknown option --jsno.'],
  [['-x'], 'Unknown option -x.'],
  [['--out'], '--out takes a value.'],
  [['--out', '--json'], '--out takes a value.'],
])('says plainly what is wrong with %j', (args, message) => {
  expect(() => read(...args)).toThrow(new UsageError(message, 'Usage: x'));
});
