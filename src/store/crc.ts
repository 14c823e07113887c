// joinCrc makes the CRC-32 of a whole from those of its parts, by polynomials over GF(2).

/** The polynomial of gzip's CRC-32, bits reversed: the highest bit is the coefficient of x^0. */
const polynomial = 0xedb88320;
const one = 0x80000000;
/** x^(2^k) for k from 0 to 31; from there on the powers repeat. */
const powers = powersOfX();

/** The product of two polynomials modulo that of the CRC. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= shifted;
    shifted = (shifted & 1) === 0 ? shifted >>> 1 : (shifted >>> 1) ^ polynomial;
  }
  return product >>> 0;
}

function powersOfX(): Uint32Array {
  const table = new Uint32Array(32);
  table[0] = one >>> 1;
  for (let k = 1; k < table.length; k++) {
    const previous = table[k - 1] as number;
    table[k] = multiply(previous, previous);
  }
  return table;
}

/** What moves a CRC-32 past `bytes` more bytes: x^(8·bytes) modulo the polynomial. */
export function operatorOf(bytes: number): number {
  let operator = one;
  // Eight bits a byte: the first power that counts is x^(2^3).
  for (let k = 3, rest = bytes; rest > 0; k++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) operator = multiply(powers[k % powers.length] as number, operator);
  }
  return operator;
}

/** The CRC-32 of two texts, one behind the other; `operator` is that of the second's length. */
export function joinCrc(first: number, second: number, operator: number): number {
  return (multiply(operator, first) ^ second) >>> 0;
}
