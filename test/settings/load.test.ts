import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSettings } from '../../lib/settings/load';

const settingsOf = (name: string) =>
  `export default { name: '${name}', databases: { shop: { connection: 'elsewhere', keepDays: { daily: 30 } } } };`;

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'backstop-settings-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  return folder;
}

test('the file that was named wins, relative to the folder', () => {
  const folder = folderWith({ 'backstop.config.ts': settingsOf('default'), 'other.ts': settingsOf('other') });
  expect(loadSettings('other.ts', folder)).toMatchObject({
    settings: { name: 'other' },
    file: path.join(folder, 'other.ts'),
    note: undefined,
  });
});

test('backstop.config.ts of the folder is the default', () => {
  const folder = folderWith({ 'backstop.config.ts': settingsOf('default') });
  expect(loadSettings(undefined, folder)).toMatchObject({ settings: { name: 'default' }, note: undefined });
});

test('without any file the example is used, and a note says so', () => {
  const { settings, note } = loadSettings(undefined, folderWith({}));
  expect(settings.name).toBe('backstop');
  expect(note).toContain('using examples/minimal.ts');
});

test('the example can be copied to where the note says', () => {
  const root = path.resolve(__dirname, '../..');
  mkdirSync(path.join(root, '.scratch'), { recursive: true });
  const folder = mkdtempSync(path.join(root, '.scratch/settings-'));
  try {
    cpSync(path.join(root, 'examples/minimal.ts'), path.join(folder, 'backstop.config.ts'));
    expect(loadSettings(undefined, folder)).toMatchObject({
      settings: { name: 'backstop' },
      note: undefined,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a file that was named and is not there is refused, never replaced by the example', () => {
  expect(() => loadSettings('missing.ts', folderWith({}))).toThrow(/There is no settings file .*missing\.ts/);
});

test('a file is checked although it did not call defineSettings', () => {
  const folder = folderWith({ 'backstop.config.ts': `export default { name: 'X' };` });
  expect(() => loadSettings(undefined, folder)).toThrow(/The settings have 2 faults/);
});

test.each([
  ['a file that throws', `throw new Error('broken inside');`, /does not load: broken inside/],
  ['a file without a default export', `export const settings = {};`, /has no default export/],
])('%s is refused with its name', (_, content, expected) => {
  expect(() => loadSettings('settings.ts', folderWith({ 'settings.ts': content }))).toThrow(expected);
});
