// ScratchBuffer is a buffer that is used again for texts of any size.

/** A buffer that one large text made grow beyond this is released. */
const keptBytesMax = 1024 * 1024;

export class ScratchBuffer {
  #bytes = Buffer.alloc(0);

  /** At least so many bytes, whose content is what was in them before. */
  ofSize(bytes: number): Buffer {
    const tooLarge = this.#bytes.length > keptBytesMax && bytes <= keptBytesMax;
    // One byte more, because that is what zlib needs to end a text.
    if (bytes >= this.#bytes.length || tooLarge) this.#bytes = Buffer.allocUnsafeSlow(bytes + 1);
    return this.#bytes;
  }
}
