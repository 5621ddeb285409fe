type Size = { width: number; height: number };

/** The part of a picture that fills a box of another shape: as much of it as fits, around its middle. */
export function partThatFills(picture: Size, box: Size): Size & { x: number; y: number } {
  const scale = Math.min(picture.width / box.width, picture.height / box.height);
  const [width, height] = [box.width * scale, box.height * scale];
  return { x: (picture.width - width) / 2, y: (picture.height - height) / 2, width, height };
}
