// Files that the build puts beside the page and names by their address.
declare module '*?url' {
  const address: string;
  export default address;
}
