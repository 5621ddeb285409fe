import type { DeviceId } from '@parley/shared/protocol';
import { ScanLine, ShieldCheck } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import type { ParticipantView } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Banner } from '../../ui/field.tsx';
import { QrCode } from '../../ui/qr-code.tsx';
import { ScanDialog } from '../invites/scan-dialog.tsx';
import { compareScanned, qrTextOf } from './code-qr.ts';
import styles from './people.module.css';

type Found = 'same' | 'different' | 'other';

/** Both codes, to be read aloud, scanned or compared by another way. */
export function SafetyCodeDialog({ participant, onClose }: { participant: ParticipantView; onClose: () => void }) {
  const { setVerified } = useActions();
  const deviceCode = useDeviceCode(participant.deviceId);
  const [found, setFound] = useState<Found | null>(null);
  const [scanning, setScanning] = useState(false);
  const { deviceId, name, safetyCode } = participant;
  const decide = (same: boolean) => {
    setFound(same ? 'same' : 'different');
    return setVerified(deviceId, same);
  };
  const scanned = (text: string) => {
    setScanning(false);
    if (deviceCode === null) return;
    const result = compareScanned(text, deviceCode);
    if (result === 'other') setFound(result);
    else void decide(result === 'same');
  };
  return (
    <Dialog title="Safety code" onClose={onClose}>
      <p>
        Read the code to <bdi>{name}</bdi>, in the call or by another way. If both of you see the same, nobody stands
        between you.
      </p>
      <p className={styles.code}>{safetyCode ?? 'Being agreed on…'}</p>
      <details className={styles.more}>
        <summary>The code of your two devices, also as a picture to scan</summary>
        <div className={styles.deviceCode}>
          {deviceCode === null ? null : (
            <div className={styles.qr}>
              <QrCode text={qrTextOf(deviceCode)} label={`Safety code with ${name}, to be scanned by them`} />
            </div>
          )}
          <div>
            <p className={styles.longCode}>{deviceCode ?? 'Being computed…'}</p>
            <p className={styles.soft}>It stays the same in every call, until one of you uses another device.</p>
            <Button size="small" icon={ScanLine} disabled={deviceCode === null} onClick={() => setScanning(true)}>
              Scan their code
            </Button>
          </div>
        </div>
      </details>
      <Answer found={found} name={name} />
      <DialogActions>
        <Button look="danger-quiet" onClick={() => void decide(false)}>
          They differ
        </Button>
        <Button look="primary" icon={ShieldCheck} onClick={() => void setVerified(deviceId, true).then(onClose)}>
          They match
        </Button>
      </DialogActions>
      {scanning ? <ScanDialog onFound={scanned} onClose={() => setScanning(false)} /> : null}
    </Dialog>
  );
}

/** Null while it is computed. */
function useDeviceCode(deviceId: DeviceId): string | null {
  const { deviceCodeWith } = useActions();
  const [code, setCode] = useState<string | null>(null);
  useEffect(() => {
    let isOpen = true;
    void deviceCodeWith(deviceId).then((computed) => {
      if (isOpen) setCode(computed);
    });
    return () => {
      isOpen = false;
    };
  }, [deviceId, deviceCodeWith]);
  return code;
}

/** The result of the comparison. Always there, so that it is read out when it comes. */
function Answer({ found, name }: { found: Found | null; name: string }) {
  return (
    <div role="status">
      {found === 'same' ? (
        <Banner tone="info">
          The codes match. This is the device of <bdi>{name}</bdi>, and nobody stands between you.
        </Banner>
      ) : null}
      {found === 'other' ? (
        <Banner tone="warning">
          That is no safety code. Let <bdi>{name}</bdi> open theirs with you, and scan the picture there.
        </Banner>
      ) : null}
      {found === 'different' ? (
        <Banner tone="danger" role="alert">
          The codes do not match, so somebody may be listening in. Leave the call, say nothing private here, and agree
          on a new room by another way.
        </Banner>
      ) : null}
    </div>
  );
}
