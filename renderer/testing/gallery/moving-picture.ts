type Look = 'person' | 'slides';

/** A moving picture without a camera: somebody in front of a wall, or a page of a talk. */
export function movingPicture(hue: number, look: Look, width = 640, height = 360): MediaStream {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas here');
  const person = (beat: number) => {
    const wall = context.createLinearGradient(0, 0, width, height);
    wall.addColorStop(0, `oklch(0.72 0.06 ${hue})`);
    wall.addColorStop(1, `oklch(0.42 0.07 ${hue + 40})`);
    context.fillStyle = wall;
    context.fillRect(0, 0, width, height);
    context.fillStyle = `oklch(0.8 0.04 ${hue + 60} / 60%)`;
    context.fillRect(width * 0.08, height * 0.12, width * 0.2, height * 0.4);
    const sway = Math.sin(beat) * width * 0.01;
    context.fillStyle = `oklch(0.45 0.11 ${hue + 180})`;
    context.beginPath();
    context.ellipse(width / 2 + sway, height * 1.08, width * 0.26, height * 0.46, 0, 0, 7);
    context.fill();
    context.fillStyle = `oklch(${0.62 + ((hue % 5) - 2) * 0.06} 0.07 55)`;
    context.beginPath();
    context.ellipse(width / 2 + sway * 1.6, height * 0.45, width * 0.105, height * 0.24, 0, 0, 7);
    context.fill();
    context.fillStyle = `oklch(0.3 0.05 ${hue + 20})`;
    context.beginPath();
    context.ellipse(width / 2 + sway * 1.6, height * 0.31, width * 0.112, height * 0.13, 0, 0, 7);
    context.fill();
  };
  const slides = (beat: number) => {
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, width, height);
    context.fillStyle = '#1d3557';
    context.font = `600 ${height * 0.08}px Inter Variable`;
    context.fillText('Autumn numbers', width * 0.07, height * 0.16);
    [0.35, 0.5, 0.44, 0.62, 0.7, 0.58].forEach((share, index) => {
      context.fillStyle = index === 4 ? '#0b6b5c' : '#9fc7bd';
      const bar = height * 0.62 * share * (0.98 + 0.02 * Math.sin(beat + index));
      context.fillRect(width * (0.08 + index * 0.145), height * 0.9 - bar, width * 0.1, bar);
    });
  };
  let beat = hue;
  const draw = () => {
    beat += 0.1;
    if (look === 'person') person(beat);
    else slides(beat);
  };
  draw();
  setInterval(draw, 200);
  return canvas.captureStream(5);
}
