// Arrow keys over a wall of tiles: to the nearest one in that direction, also from one area into the next.

interface Placed {
  getBoundingClientRect(): { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
}

export function nearestInDirection<Tile extends Placed>(key: string, from: Tile, all: readonly Tile[]): Tile | null {
  const direction = directions[key];
  if (direction === undefined) return null;
  const origin = centre(from);
  let best: Tile | null = null;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const tile of all) {
    if (tile === from) continue;
    const target = centre(tile);
    const along = (target.x - origin.x) * direction.x + (target.y - origin.y) * direction.y;
    const across = Math.abs((target.x - origin.x) * direction.y) + Math.abs((target.y - origin.y) * direction.x);
    if (along < 8) continue;
    // Along a row only tiles of that row count; up and down the nearest column wins.
    if (direction.x !== 0 && across > 8) continue;
    const cost = along + across * 2;
    if (cost < bestCost) {
      best = tile;
      bestCost = cost;
    }
  }
  return best;
}

const directions: Readonly<Record<string, { readonly x: number; readonly y: number }>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

function centre(tile: Placed): { readonly x: number; readonly y: number } {
  const box = tile.getBoundingClientRect();
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}
