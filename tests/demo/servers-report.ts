export type StepReport = {
  what: string;
  ok: boolean;
  /** From the start of the run to the end of this step. */
  seconds: number;
  /** Why it did not happen. */
  problem: string | null;
  /** Files in the run's folder, one for each app that was looked at. */
  pictures: string[];
};

export type ServersDemoReport = {
  ok: boolean;
  interrupted: boolean;
  folder: string;
  /** In order, up to the first that did not happen. */
  steps: StepReport[];
};

/** The last lines on the terminal. */
export function serversDemoLines({ ok, interrupted, folder, steps }: ServersDemoReport): string[] {
  const pictures = steps.reduce((sum, step) => sum + step.pictures.length, 0);
  const failed = steps.find((step) => !step.ok);
  return [
    ok
      ? `✓ All ${steps.length} steps happened.`
      : interrupted
        ? `✗ It was interrupted after ${steps.length} steps.`
        : `✗ Step ${steps.length} did not happen: ${failed?.what ?? 'unknown'}.`,
    `${pictures} pictures, run.html that shows them in order, the profiles and the servers’ logs are in ${folder}`,
  ];
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The run as a page: its steps in order with their pictures. */
export function runPage({ steps }: Pick<ServersDemoReport, 'steps'>): string {
  const items = steps.map(({ what, ok, seconds, problem, pictures }) => {
    const images = pictures.map((file) => `<a href="${file}"><img src="${file}" alt=""></a>`).join('');
    return `<li><p>${ok ? '✓' : '✗'} ${escaped(what)} <small>${seconds.toFixed(1)} s</small></p>${
      problem === null ? '' : `<p>${escaped(problem)}</p>`
    }${images}</li>`;
  });
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Parley: two people and two servers</title>
<style>body{font:16px/1.5 system-ui;max-width:1100px;margin:2rem auto;padding:0 1rem}img{width:49%;border:1px solid #ccc;margin-right:1%}</style>
<h1>Two people and two servers</h1>
<ol>
${items.join('\n')}
</ol>
</html>
`;
}
