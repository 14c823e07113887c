// SizeHeadings and SizeCells are the columns of a table that say what each row costs.
import type { VNode } from 'preact';
import { grouped } from '../../src/lib/grouped.ts';
import { sizeText } from '../../src/lib/sizeText.ts';
import { Share } from './share.tsx';

export const NumberHeading = ({ children }: { children: string }): VNode => (
  <th scope="col" class="number">
    {children}
  </th>
);

/** Series and size, and under `share` the part of a whole. */
export const SizeHeadings = ({ share }: { share?: string }): VNode => (
  <>
    <NumberHeading>Series</NumberHeading>
    <NumberHeading>Size</NumberHeading>
    {share === undefined ? null : <th scope="col">{share}</th>}
  </>
);

interface SizeCellsProps {
  readonly of: { readonly series: number; readonly bytes: number };
  /** The series that 100 % are; without it there is no share. */
  readonly whole?: number;
}

export const SizeCells = ({ of, whole }: SizeCellsProps): VNode => (
  <>
    <td class="number" data-label="series">
      {grouped(of.series)}
    </td>
    <td class="number">{sizeText(of.bytes)}</td>
    {whole === undefined ? null : (
      <td class="wide">
        <Share part={of.series} whole={whole} />
      </td>
    )}
  </>
);

/** What to check for what is to be cut. */
export const MarkHeading = (): VNode => (
  <th scope="col" class="mark">
    Cut
  </th>
);
