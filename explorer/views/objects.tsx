// ObjectsView finds objects by a part of their name.
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Objects } from '../../src/explorer/api.ts';
import { dataOf, useAnswer } from '../data/answers.ts';
import { usePage } from '../data/page.ts';
import { Missing } from '../parts/notice.tsx';
import { SizeCells, SizeHeadings } from '../parts/sizeCells.tsx';

const resultsMax = 50;
/** The search begins when the reader pauses for so long. */
const pauseMs = 200;

export function ObjectsView({ search }: { search: string }): VNode {
  const { show } = usePage();
  const asked = usePaused(search.trim());
  return (
    <>
      <h1>Objects</h1>
      <search class="search">
        <label for="search">Search</label>
        <input
          id="search"
          type="search"
          value={search}
          placeholder="part of namespace/name"
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => show({ view: 'objects', search: currentTarget.value })}
        />
      </search>
      {asked === '' ? (
        <p class="soft">
          Type a part of a name to see everything that is exported about an object. With a slash, it
          is searched in <span class="code">namespace/name</span>.
        </p>
      ) : (
        <Found search={asked} />
      )}
    </>
  );
}

/** The text once it has not changed for a moment. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), pauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}

function Found({ search }: { search: string }): VNode {
  const { href } = usePage();
  const path = `api/v1/objects?search=${encodeURIComponent(search)}&limit=${resultsMax}`;
  const answer = useAnswer<Objects>(path);
  const data = dataOf(answer);
  if (data === undefined) return <Missing answer={answer} />;
  const { objects, more } = data;
  if (objects.length === 0) {
    return <p>No object that is followed has “{search}” in its namespace or name.</p>;
  }
  return (
    <>
      <table class="rows objects">
        <caption class="unseen">Objects found</caption>
        <thead>
          <tr>
            <th scope="col">Object</th>
            <th scope="col">Namespace</th>
            <th scope="col">Resource</th>
            <SizeHeadings />
          </tr>
        </thead>
        <tbody>
          {objects.map(({ resource, namespace, name, ...size }) => (
            <tr key={`${resource} ${namespace} ${name}`}>
              <th scope="row">
                <a class="code" href={href({ view: 'object', resource, namespace, name })}>
                  {name}
                </a>
              </th>
              <td class="code">{namespace}</td>
              <td class="code">{resource}</td>
              <SizeCells of={size} />
            </tr>
          ))}
        </tbody>
      </table>
      {more ? (
        <p class="soft">There are more than these {objects.length}; type more of the name.</p>
      ) : null}
    </>
  );
}
