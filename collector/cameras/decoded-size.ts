// Size of the small copy of a picture that is judged: fine enough for detail, small enough for every half minute.
export const decodedWidth = 160;
export const decodedHeight = 90;
