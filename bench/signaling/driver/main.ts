import { Crowd } from './crowd.ts';
import { sendMalformed, sendNewcomers } from './newcomers.ts';
import type { DriverReport, DriverRequest } from './requests.ts';

/** The clients of a measurement, in a process of their own: one request at a time comes over IPC, one report goes back. */
const crowd = new Crowd();

async function serve(request: DriverRequest): Promise<DriverReport[DriverRequest['do']]> {
  switch (request.do) {
    case 'join':
      return await crowd.join(request);
    case 'relay':
      return await crowd.relay(request.messages, request.boxChars, request.window);
    case 'refused':
      return await crowd.refused(request.how, request.messages, request.boxChars, request.window);
    case 'pace':
      return await crowd.pace(request.perSecond, request.seconds, request.boxChars);
    case 'churn':
      return await crowd.churn(request);
    case 'newcomers':
      return await sendNewcomers(request);
    case 'malformed':
      return await sendMalformed(request);
    case 'part':
      await crowd.part();
      return {};
  }
}

process.on('message', (request: DriverRequest) => {
  serve(request).then(
    (report) => process.send?.({ type: 'report', report }),
    (failure: unknown) =>
      process.send?.({ type: 'failed', why: failure instanceof Error ? failure.message : String(failure) }),
  );
});
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
process.send?.({ type: 'ready' });
