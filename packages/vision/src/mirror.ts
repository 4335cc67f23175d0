/** Mirrors a picture in place: RGB, 8 bits a channel, side × side pixels. */
export function mirror(picture: Uint8Array, side: number): void {
  for (let y = 0; y < side; y++) {
    for (let left = y * side * 3, right = left + (side - 1) * 3; left < right; left += 3, right -= 3) {
      for (let c = 0; c < 3; c++) {
        const kept = picture[left + c]!;
        picture[left + c] = picture[right + c]!;
        picture[right + c] = kept;
      }
    }
  }
}
