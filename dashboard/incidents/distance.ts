// Distances on the ground, small enough for a flat earth, and in words.
import { useWords } from '../language/language.ts';

interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** Mean radius of the earth (IUGG R1). */
const earthRadiusM = 6_371_009;

/** Metres north and east of `origin`. */
export function offsetM(origin: Place, place: Place): { readonly north: number; readonly east: number } {
  const radians = Math.PI / 180;
  return {
    north: (place.latitude - origin.latitude) * radians * earthRadiusM,
    east: (place.longitude - origin.longitude) * radians * earthRadiusM * Math.cos(origin.latitude * radians),
  };
}

export function distanceM(one: Place, other: Place): number {
  const { north, east } = offsetM(one, other);
  return Math.hypot(north, east);
}

export function useDistanceText(): (metres: number) => string {
  const { language } = useWords();
  return (metres) =>
    metres < 1_000 ? `${Math.round(metres / 10) * 10} m` : `${(metres / 1_000).toLocaleString(language, { maximumFractionDigits: 1 })} km`;
}
