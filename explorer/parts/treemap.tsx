// Treemap draws where the series are: one tab stop, arrow keys between its tiles, links in it.
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { grouped } from '../../src/lib/grouped.ts';
import { shareText } from '../../src/lib/shareText.ts';
import { type Group, type Leaf, type Tile, tilesOf } from '../logic/tiles.ts';
import { Name } from './name.tsx';

/** Height of a group's name in pixels; style/map.css has the same. */
const header = 18;
/** Before the map's width is known. */
const firstSize = { width: 960, height: 360 };
/** Tiles that are narrower or lower, in pixels, have no text. */
const textMin = { width: 48, height: 16 };
/** Of a line of text in a tile; style/map.css has the same. */
const lineHeight = 16;

interface Props {
  /** What the map shows, for those who do not see it. */
  readonly label: string;
  readonly groups: readonly Group[];
  hrefOf(group: string, leaf: Leaf): string;
  /** Tiles that a cut takes are hatched. */
  isCut(group: string, leaf: Leaf): boolean;
  nameOf?(group: string): string;
}

export function Treemap(props: Props): VNode {
  const isEmpty = props.groups.every(({ leaves }) => leaves.every(({ series }) => series === 0));
  return isEmpty ? <p class="soft">There is no series to draw.</p> : <Tiles {...props} />;
}

function Tiles({ label, groups, hrefOf, isCut, nameOf = (name) => name }: Props): VNode {
  const [size, map] = useSize();
  const tiles = useMemo(() => tilesOf(groups, { ...size, header }), [groups, size]);
  const whole = tiles.reduce((sum, { series }) => sum + series, 0);
  const links = tiles.flatMap((group) => group.leaves.map((leaf) => ({ group, leaf })));
  const [at, setAt] = useState(0);
  const current = Math.min(at, links.length - 1);
  const [told, tell] = useState('');
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = nextOf(event.key, current, links);
    if (to === undefined) return;
    event.preventDefault();
    setAt(to);
    map.current?.querySelectorAll('a')[to]?.focus();
  };
  return (
    <figure class="map">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is a part of a form */}
      <div
        class="tiles"
        role="group"
        aria-label={`${label}; arrow keys move in it`}
        ref={map}
        onKeyDown={onKeyDown}
      >
        {tiles.map((group) => (
          <div key={group.label} class="group" style={place(group)} aria-hidden="true">
            {group.hasName && hasText(group, size) ? <span>{nameOf(group.label)}</span> : null}
          </div>
        ))}
        {links.map(({ group, leaf }, index) => {
          const cut = isCut(group.label, leaf);
          const sentence = sentenceOf(leaf, nameOf(group.label), whole, cut);
          return (
            <a
              key={leaf.key}
              href={hrefOf(group.label, leaf)}
              class={`tile ${shade(leaf.series / whole)}${cut ? ' cut' : ''}`}
              style={place(leaf)}
              tabIndex={index === current ? 0 : -1}
              aria-label={sentence}
              title={sentence}
              onFocus={() => {
                setAt(index);
                tell(sentence);
              }}
              onPointerEnter={() => tell(sentence)}
            >
              {hasText(leaf, size) ? (
                <span style={{ WebkitLineClamp: String(linesIn(leaf, size)) }}>
                  <Name of={leaf.label.slice(group.prefix.length)} />
                </span>
              ) : null}
            </a>
          );
        })}
      </div>
      <figcaption>
        {told || `${grouped(whole)} series; the larger a tile, the more of them.`}
      </figcaption>
    </figure>
  );
}

/** A tile in words: what it is, its series, their share, whether it is cut. */
function sentenceOf({ label, series, of }: Leaf, group: string, whole: number, cut: boolean) {
  const name = of > 1 ? `${label} in ${group}` : label;
  const parts = [name, of > 1 || group === label ? '' : group, `${grouped(series)} series`];
  return [...parts, shareText(series, whole), cut ? 'cut' : ''].filter(Boolean).join(' · ');
}

/** The size of the map, now and when it changes. */
function useSize() {
  const [size, setSize] = useState(firstSize);
  const map = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (map.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const { width, height } = entry.contentRect;
      if (width > 0 && height > 0) setSize({ width, height });
    });
    observer.observe(map.current);
    return () => observer.disconnect();
  }, []);
  return [size, map] as const;
}

const place = ({ left, top, width, height }: Tile) => ({
  left: `${left}%`,
  top: `${top}%`,
  width: `${width}%`,
  height: `${height}%`,
});

const hasText = ({ width, height }: Tile, size: { width: number; height: number }): boolean =>
  (width / 100) * size.width >= textMin.width && (height / 100) * size.height >= textMin.height;

/** Whole lines: a name that has more ends in an ellipsis. */
const linesIn = ({ height }: Tile, size: { height: number }): number =>
  Math.floor(((height / 100) * size.height) / lineHeight);

/** The more of all series, the deeper the shade. */
const shade = (part: number): string => (part > 0.03 ? 'deep' : part > 0.008 ? 'middle' : 'light');

type Links = readonly { readonly leaf: Tile }[];

/** The tile that a key leads to: the next one in an arrow's direction, the first or the last. */
function nextOf(key: string, at: number, links: Links): number | undefined {
  if (key === 'Home') return 0;
  if (key === 'End') return links.length - 1;
  const direction = directions[key];
  const from = links[at]?.leaf;
  if (direction === undefined || from === undefined) return undefined;
  const [dx, dy] = direction;
  let best: { index: number; distance: number } | undefined;
  for (const [index, { leaf }] of links.entries()) {
    const x = centre(leaf).x - centre(from).x;
    const y = centre(leaf).y - centre(from).y;
    const along = x * dx + y * dy;
    // What lies across the direction counts double, so that a row is gone through in order.
    const distance = along + 2 * Math.abs(x * dy + y * dx);
    if (index !== at && along > 0.01 && (best === undefined || distance < best.distance)) {
      best = { index, distance };
    }
  }
  return best?.index;
}

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const centre = ({ left, top, width, height }: Tile) => ({
  x: left + width / 2,
  y: top + height / 2,
});
