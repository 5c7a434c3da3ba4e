// Whether this machine can draw Chinese by itself. Every phone can, and a van's network has better to carry than a type face; a bare Linux cannot.

/** Two different characters that are drawn alike are two empty boxes. */
export function hasChineseGlyphs(): boolean {
  const drawn = ['站', '哨'].map((character) => {
    const canvas = document.createElement('canvas');
    canvas.width = 32;
    canvas.height = 32;
    const context = canvas.getContext('2d');
    if (context === null) return character;
    context.font = '28px sans-serif';
    context.textBaseline = 'top';
    context.fillText(character, 2, 2);
    return context.getImageData(0, 0, 32, 32).data.join();
  });
  return drawn[0] !== drawn[1];
}
