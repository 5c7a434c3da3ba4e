// The type face, apart from the first load: a style sheet with one entry a range of characters, each file fetched only when it is needed.
import '@fontsource-variable/noto-sans-sc';
