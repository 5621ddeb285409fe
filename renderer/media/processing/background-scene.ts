/** What may stand behind a person: their room blurred, a drawn picture, or one of their own. */
export type BackgroundPicture = 'blur' | DrawnPicture | 'own';
export type DrawnPicture = 'dusk' | 'meadow' | 'paper';

type Drawing = {
  /** Colours of the sky from top to bottom. */
  sky: readonly string[];
  /** Hills from back to front: where the line begins and ends, as shares of the height, and its colour. */
  hills: readonly { from: number; to: number; colour: string }[];
};

const DRAWINGS: Readonly<Record<DrawnPicture, Drawing>> = {
  dusk: {
    sky: ['#1f2a4d', '#5b4a7e', '#d98a76'],
    hills: [
      { from: 0.72, to: 0.6, colour: '#4a3f6b' },
      { from: 0.82, to: 0.86, colour: '#2c2b4f' },
    ],
  },
  meadow: {
    sky: ['#8fc4e8', '#d7ecf5'],
    hills: [
      { from: 0.58, to: 0.66, colour: '#8fbf8a' },
      { from: 0.78, to: 0.7, colour: '#5f9a62' },
    ],
  },
  paper: { sky: ['#efe9df', '#d9d0c2'], hills: [] },
};

type Canvas2d = Pick<
  OffscreenCanvasRenderingContext2D,
  'createLinearGradient' | 'fillRect' | 'beginPath' | 'moveTo' | 'lineTo' | 'bezierCurveTo' | 'closePath' | 'fill'
> & { fillStyle: string | CanvasGradient | CanvasPattern };

/** Draws one of Parley's own pictures over the whole canvas. */
export function drawPicture(context: Canvas2d, picture: DrawnPicture, width: number, height: number): void {
  const { sky, hills } = DRAWINGS[picture];
  const gradient = context.createLinearGradient(0, 0, 0, height);
  for (const [at, colour] of sky.entries()) gradient.addColorStop(at / (sky.length - 1), colour);
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  for (const { from, to, colour } of hills) {
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(0, height);
    context.lineTo(0, height * from);
    context.bezierCurveTo(width * 0.35, height * (from - 0.14), width * 0.6, height * (to + 0.12), width, height * to);
    context.lineTo(width, height);
    context.closePath();
    context.fill();
  }
}
