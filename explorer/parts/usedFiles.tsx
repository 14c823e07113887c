// UsedFiles takes dashboards and rules, dropped, chosen or pasted, to keep exactly what they read.
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { FamilySize } from '../../src/explorer/api.ts';
import { amountOf } from '../../src/explorer/cut.ts';
import { counted, grouped } from '../../src/lib/grouped.ts';
import { usePage } from '../data/page.ts';
import { unused } from '../logic/families.ts';
import type { GivenFile, ReadFile } from '../logic/files.ts';
import { keepOnly } from '../logic/marks.ts';
import { Notice } from './notice.tsx';

const filesMax = 200;
const fileBytesMax = 32 * 2 ** 20;

/** What was read stays while the page is open, also when another view is. */
let readBefore: readonly ReadFile[] = [];

export function UsedFiles({ families }: { families: readonly FamilySize[] }): VNode {
  const [files, setFiles] = useState(readBefore);
  const [isReading, setReading] = useState(false);
  const [isOver, setOver] = useState(false);
  const keep = (more: readonly ReadFile[]): void => {
    const names = new Set(more.map(({ name }) => name));
    readBefore = [...readBefore.filter(({ name }) => !names.has(name)), ...more];
    setFiles(readBefore);
  };
  const take = async (given: readonly File[]): Promise<void> => {
    setReading(true);
    try {
      keep(
        await read(
          given,
          families.map(({ name }) => name),
        ),
      );
    } finally {
      setReading(false);
    }
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void take([...(event.dataTransfer?.files ?? [])]);
  };
  const onDragOver = (event: DragEvent): void => {
    event.preventDefault();
    setOver(true);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the same as the two controls
    <div
      class={`drop${isOver ? ' over' : ''}`}
      onDrop={onDrop}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
    >
      <Give take={take} />
      {isReading ? <p class="soft">Reading …</p> : null}
      <Read
        files={files}
        remove={(name) => {
          readBefore = readBefore.filter((file) => file.name !== name);
          setFiles(readBefore);
        }}
      />
      {files.some((file) => 'families' in file) ? (
        <KeepUsed families={families} files={files} />
      ) : null}
    </div>
  );
}

function Give({ take }: { take(files: readonly File[]): Promise<void> }): VNode {
  const [pasted, setPasted] = useState('');
  const [number, setNumber] = useState(1);
  return (
    <>
      <p>
        <label for="files">Drop dashboards (JSON) or rules (YAML) here, or choose files</label>
        <input
          id="files"
          type="file"
          multiple
          accept=".json,.yaml,.yml,application/json"
          onChange={({ currentTarget }) => {
            void take([...(currentTarget.files ?? [])]);
            currentTarget.value = '';
          }}
        />
      </p>
      <p>
        <label for="pasted">Or paste one</label>
        <textarea
          id="pasted"
          rows={3}
          spellcheck={false}
          value={pasted}
          onInput={({ currentTarget }) => setPasted(currentTarget.value)}
        />
        <button
          type="button"
          disabled={pasted.trim() === ''}
          onClick={() => {
            void take([new File([pasted], `pasted text ${number}`)]);
            setNumber(number + 1);
            setPasted('');
          }}
        >
          Read it
        </button>
      </p>
    </>
  );
}

/** The parsers are fetched when the first file is given. */
async function read(given: readonly File[], served: readonly string[]): Promise<ReadFile[]> {
  const tooMany = given.length > filesMax;
  const small = given.slice(0, filesMax).filter(({ size }) => size <= fileBytesMax);
  const refused = given
    .slice(0, filesMax)
    .filter(({ size }) => size > fileBytesMax)
    .map(({ name }) => ({ name, error: `It has more than ${fileBytesMax / 2 ** 20} MiB.` }));
  const over = { name: 'and more', error: `Only the first ${filesMax} files are read at once.` };
  try {
    const { readFiles } = await import('../logic/files.ts');
    const texts = await Promise.all(
      small.map(async (file): Promise<GivenFile> => ({ name: file.name, text: await file.text() })),
    );
    return [...(await readFiles(texts, served)), ...refused, ...(tooMany ? [over] : [])];
  } catch {
    const error =
      'It could not be read: reload the page, as kubestate may be another version by now.';
    return given.map(({ name }) => ({ name, error }));
  }
}

function Read({
  files,
  remove,
}: {
  files: readonly ReadFile[];
  remove(name: string): void;
}): VNode {
  return (
    <ul class="files" aria-live="polite">
      {files.map((file) => (
        <li key={file.name}>
          {'error' in file && file.error.startsWith(`${file.name}:`) ? null : (
            <span class="code">{file.name} </span>
          )}
          {'error' in file ? (
            <span class="tone bad">{file.error}</span>
          ) : (
            <span class="soft">
              {counted(file.readers, 'dashboard or rule', 'dashboards and rules')},{' '}
              {counted(file.families.length, 'family', 'families')}
              {file.notes.map((note) => ` ${note}`)}
            </span>
          )}{' '}
          <button
            type="button"
            aria-label={`Forget ${file.name}`}
            onClick={() => remove(file.name)}
          >
            forget
          </button>
        </li>
      ))}
    </ul>
  );
}

function KeepUsed({
  families,
  files,
}: {
  families: readonly FamilySize[];
  files: readonly ReadFile[];
}): VNode {
  const { marks, setMarks } = usePage();
  const used = useMemo(
    () => [...new Set(files.flatMap((file) => ('families' in file ? file.families : [])))],
    [files],
  );
  const others = unused(families, used);
  if (used.length === 0) {
    return <Notice tone="wait">They read none of the families that are served here.</Notice>;
  }
  return (
    <p class="keep">
      <button type="button" class="main" onClick={() => setMarks(keepOnly(marks, used))}>
        Keep exactly the {counted(used.length, 'family', 'families')} they read
      </button>{' '}
      <span class="soft">
        cuts {counted(others.length, 'family', 'families')}, {grouped(amountOf(others).series)}{' '}
        series
      </span>
    </p>
  );
}
