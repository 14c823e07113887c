// ClassReader parses character classes, [...], as regexp2 does.
import {
  anyChar,
  type CharSet,
  charOf,
  classWithoutCase,
  complement,
  letters,
  noChar,
  rangeOf,
} from './charSet.ts';
import { type Mode, Reader } from './reader.ts';

/** Subtractions nest: [a-z-[b-y-[c]]]. */
const subtractionsMax = 50;

/** A class while it is parsed. */
interface Members {
  set: CharSet;
  without: CharSet;
  /** The first character of a range whose last one is not parsed yet. */
  from: number | undefined;
}

export class ClassReader extends Reader {
  /** Parses a class after its `[`, up to and including its `]`. */
  readClass(mode: Mode, depth = 0): CharSet {
    const start = this.position - 1;
    if (depth > subtractionsMax) throw this.problem('a class has too many subtractions', start);
    const negated = this.take('^');
    // [] matches nothing and [^] anything: only here `]` closes a class at once.
    if (this.take(']')) return negated ? anyChar : noChar;
    const members: Members = { set: noChar, without: noChar, from: undefined };
    for (let first = true; !this.atEnd; first = false) {
      const at = this.position;
      const char = this.next();
      if (char === ']') {
        const set = mode.ignoreCase ? classWithoutCase(members.set) : members.set;
        return (negated ? complement(set) : set) & ~members.without;
      }
      if (char === '\\' && !this.atEnd) this.#escaped(members, mode, at);
      else this.#plain(members, char, { mode, depth, first, at });
    }
    throw this.problem('a [ is not closed', start);
  }

  #escaped(members: Members, mode: Mode, at: number): void {
    const { from } = members;
    const letter = this.peek();
    const set = letter === 'p' || letter === 'P' ? undefined : this.readShorthand(mode);
    if (set !== undefined) {
      members.set |= set;
      if (from !== undefined) members.set |= charOf(from) | charOf('-');
      members.from = undefined;
    } else if (letter === 'P' || (letter === 'p' && mode.unicode)) {
      this.next();
      members.set |= this.readProperty(letter === 'P', mode);
      if (from !== undefined) throw this.problem(`a range ends with \\${letter}`, at);
    } else if (letter === 'p') {
      this.next();
      this.#letterP(members, at);
    } else if (letter === '-') {
      this.next();
      members.set |= charOf('-');
    } else {
      this.#member(members, this.readCharEscape(mode), at);
    }
  }

  /** Without mode u regexp2 parses \p- by a special rule. */
  #letterP(members: Members, at: number): void {
    if (members.from !== undefined || !/^-[^\]]/su.test(this.peek(2))) {
      this.#add(members, 'p'.charCodeAt(0), at);
      return;
    }
    this.next();
    members.set |= charOf('-');
    members.from = 'p'.charCodeAt(0);
    this.#add(members, this.next().codePointAt(0) as number, at);
  }

  #plain(
    members: Members,
    char: string,
    { mode, depth, first, at }: { mode: Mode; depth: number; first: boolean; at: number },
  ): void {
    // [:name:] is skipped but for its bracket, as in .NET; it stands for no characters.
    if (char === '[' && members.from === undefined) this.#skipPosixName();
    const subtracts = !first && (char === '[' ? members.from !== undefined : char === '-');
    if (char === '[' && subtracts) {
      members.set |= charOf(members.from as number);
      members.from = undefined;
      this.#subtract(members, mode, depth);
    } else if (subtracts && members.from === undefined && this.looksAt('[')) {
      this.next();
      this.#subtract(members, mode, depth);
    } else {
      this.#member(members, char.codePointAt(0) as number, at);
    }
  }

  #subtract(members: Members, mode: Mode, depth: number): void {
    const start = this.position - 1;
    const subtracted = this.readClass(mode, depth + 1);
    // If case is ignored, regexp2 subtracts lower-case letters only.
    if (mode.ignoreCase && subtracted & letters) {
      throw this.problem('a subtraction of letters where case is ignored is not supported', start);
    }
    members.without |= subtracted;
    if (!this.atEnd && !this.looksAt(']')) {
      throw this.problem('a subtraction is not the last in its class', this.position);
    }
  }

  #skipPosixName(): void {
    const name = /^:(\^(?=.))?[\p{L}\p{Mn}\p{Nd}\p{Pc}]*:\]/su.exec(this.peek(namesMax))?.[0];
    if (name !== undefined) this.taken([...name].length);
  }

  /** Adds a character, or the end of a range; starts a range if a `-` and more follow. */
  #member(members: Members, code: number, at: number): void {
    if (members.from === undefined && /^-[^\]]/su.test(this.peek(2))) {
      this.next();
      members.from = code;
    } else {
      this.#add(members, code, at);
    }
  }

  #add(members: Members, code: number, at: number): void {
    const from = members.from ?? code;
    if (from > code) throw this.problem('a range is in reverse order', at);
    members.set |= rangeOf(from, code);
    members.from = undefined;
  }
}

const namesMax = 100;
