// Looks for a number whose SHA-256, with the nonce before it, begins with so many zero bits.
self.addEventListener("message", async ({ data: { nonce, bits } }) => {
  const encoder = new TextEncoder();
  const isIt = (hash) => {
    const [first, second, third] = new Uint8Array(hash);
    return ((first << 16) | (second << 8) | third) >>> (24 - bits) === 0;
  };
  for (let number = 0; ; number += 256) {
    const hashes = await Promise.all(Array.from({ length: 256 }, (_, next) =>
      crypto.subtle.digest("SHA-256", encoder.encode(`${nonce}:${number + next}`))));
    const found = hashes.findIndex(isIt);
    if (found >= 0) {
      self.postMessage(String(number + found));
      return;
    }
  }
});
