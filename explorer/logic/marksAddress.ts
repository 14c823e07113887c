// familiesText writes marks as a short part of the page's address; marksOf reads them.
import { type Marks, noMarks, sorted } from './marks.ts';

/** Longer addresses are cut off by some chats and proxies of mail. */
export const addressCharsMax = 8_000;

/** One character for the number of characters that a name shares with the name before it. */
const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

const familyName = /^[a-zA-Z_:][\w:]*$/;
/** DNS labels; cluster-scoped objects have none, and are not cut by namespace. */
const namespaceName = /^[a-z\d](?:[-a-z\d]*[a-z\d])?$/;

/**
 * `drop.0kube_pod_info.9labels`: the mode, then sorted names, each as the number of characters that
 * it shares with the one before and the rest of it. Undefined where no family is named.
 */
export function familiesText({ mode, families }: Marks): string | undefined {
  if (mode === 'drop' && families.length === 0) return undefined;
  let before = '';
  const parts = sorted(families).map((name) => {
    let shared = 0;
    const most = Math.min(before.length, name.length, digits.length - 1);
    while (shared < most && before[shared] === name[shared]) shared++;
    before = name;
    return `${digits[shared]}${name.slice(shared)}`;
  });
  return [mode, ...parts].join('.');
}

/** What an address says of the marks; `wrong` is a sentence about what could not be read of it. */
interface ReadMarks {
  readonly marks: Marks;
  readonly wrong?: string;
}

/** The marks that `families` and `namespaces` of an address name; what is wrong is left out. */
export function marksOf(families: string | null, namespaces: string | null): ReadMarks {
  const [mode = '', ...parts] = (families ?? 'drop').split('.');
  if (mode !== 'drop' && mode !== 'keep') {
    return { marks: noMarks, wrong: unreadable(`it begins with "${mode}", not with drop or keep`) };
  }
  const names: string[] = [];
  let before = '';
  for (const part of parts) {
    const shared = digits.indexOf(part[0] ?? ' ');
    const name = before.slice(0, shared) + part.slice(1);
    if (shared < 0 || shared > before.length || !familyName.test(name)) {
      return { marks: noMarks, wrong: unreadable(`"${part}" makes no name of a family`) };
    }
    names.push(name);
    before = name;
  }
  const given = namespaces === null || namespaces === '' ? [] : namespaces.split(',');
  const known = given.filter((name) => namespaceName.test(name));
  const marks: Marks = { mode, families: sorted(names), namespaces: sorted(known) };
  if (known.length === given.length) return { marks };
  return { marks, wrong: unreadable('it names what is no namespace') };
}

const unreadable = (why: string): string =>
  `The cut in this address cannot be read whole: ${why}. It may have lost its end on its way.`;
