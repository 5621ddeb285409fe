import type { WorkResult, WorkState } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { Download, FolderOpen, Upload } from 'lucide-react';
import { useState } from 'react';
import { useActions, useApp } from '../../../stores/react.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogActions } from '../../../ui/dialog.tsx';
import { Refused, SelectField, SwitchField } from '../../../ui/field.tsx';
import { countOf } from '../../../ui/format.ts';
import { WorkProgress } from '../../../ui/work-progress.tsx';
import { roomInWords } from '../../connection-words.ts';
import styles from '../settings-screen.module.css';
import own from './storage.module.css';

/** Takes rooms out of Parley and brings them in, with how far that is. */
export function ExportSection() {
  const { importRooms } = useActions();
  const work = useApp((state) => state.work);
  const [exporting, setExporting] = useState(false);
  return (
    <section className={styles.section} aria-labelledby="settings-export">
      <h2 id="settings-export">Export and import</h2>
      <p className={styles.fact}>
        An export is for keeping and reading your rooms without Parley. It is not encrypted: whoever gets the folder can
        read it.
      </p>
      {work.at === 'idle' || isBackup(work) ? (
        <div className={own.buttons}>
          <Button icon={Download} onClick={() => setExporting(true)}>
            Export rooms…
          </Button>
          <Button icon={Upload} onClick={() => void importRooms()}>
            Import…
          </Button>
        </div>
      ) : (
        <WorkNow />
      )}
      {exporting ? <ExportDialog onClose={() => setExporting(false)} /> : null}
    </section>
  );
}

const ALL = 'all';

/** Backups have a screen of their own. */
function isBackup(work: WorkState): boolean {
  const kind = work.at === 'idle' ? null : work.at === 'done' ? work.result.kind : work.kind;
  return kind === 'backup' || kind === 'restore';
}

function ExportDialog({ onClose }: { onClose: () => void }) {
  const { exportRooms } = useActions();
  const rooms = useApp((state) => state.rooms);
  const [room, setRoom] = useState<string>(ALL);
  const [wish, setWish] = useState({ html: true, json: true, files: true });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const nothing = !wish.html && !wish.json && !wish.files;

  const begin = async () => {
    setBusy(true);
    setError(null);
    const begun = await exportRooms({ ...wish, rooms: room === ALL ? null : [room as RoomId] }); // one of the rooms of the list
    setBusy(false);
    if (begun.ok) onClose();
    else if (begun.code !== 'cancelled') setError(begun.message);
  };

  return (
    <Dialog title="Export rooms" size="small" onClose={onClose}>
      <SelectField
        label="Rooms"
        value={room}
        onChange={setRoom}
        empty="No room"
        options={[
          { id: ALL, label: 'All rooms' },
          ...rooms.map((each) => ({ id: each.roomId, label: roomInWords(each) })),
        ]}
      />
      <SwitchField
        label="Pages to read"
        hint="One page for each room, for any browser, also offline."
        checked={wish.html}
        onChange={(html) => setWish({ ...wish, html })}
      />
      <SwitchField
        label="Data for Parley and other programs"
        hint="JSON. Another Parley can import it."
        checked={wish.json}
        onChange={(json) => setWish({ ...wish, json })}
      />
      <SwitchField
        label="Received files"
        hint="Copies of those that are still on this computer."
        checked={wish.files}
        onChange={(files) => setWish({ ...wish, files })}
      />
      {error ? <Refused>{error}</Refused> : null}
      <DialogActions>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button look="primary" busy={busy} disabled={nothing || rooms.length === 0} onClick={() => void begin()}>
          Choose a folder…
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** The work that runs, or what came of it. */
function WorkNow() {
  const { cancelWork, dismissWork, showExport } = useActions();
  const work = useApp((state) => state.work);
  switch (work.at) {
    case 'idle':
      return null;
    case 'running': {
      const label = work.kind === 'export' ? 'Exporting' : 'Importing';
      return <WorkProgress label={label} done={work.done} total={work.total} onCancel={cancelWork} />;
    }
    case 'failed':
      return (
        <div className={own.work}>
          <Refused>{work.message}</Refused>
          <Button size="small" onClick={dismissWork}>
            OK
          </Button>
        </div>
      );
    case 'done':
      return (
        <div className={own.work}>
          <p role="status">
            {work.result.kind === 'export' || work.result.kind === 'import' ? resultWords(work.result) : ''}
          </p>
          {work.result.kind === 'export' ? (
            <p className={styles.fact} dir="auto">
              {work.result.folder}
            </p>
          ) : null}
          <div className={own.buttons}>
            {work.result.kind === 'export' ? (
              <Button size="small" icon={FolderOpen} onClick={showExport}>
                Show in folder
              </Button>
            ) : null}
            <Button size="small" onClick={dismissWork}>
              OK
            </Button>
          </div>
        </div>
      );
  }
}

/** What came of an export or import, in words. */
export function resultWords(result: Extract<WorkResult, { kind: 'export' | 'import' }>): string {
  const rooms = countOf(result.rooms, 'room', 'rooms');
  if (result.kind === 'export') {
    const { files, filesMissing } = result;
    const missing =
      filesMissing > 0
        ? ` ${countOf(filesMissing, 'file was', 'files were')} not on this computer and could not be copied.`
        : '';
    return `${rooms} exported${files > 0 ? `, with ${countOf(files, 'file', 'files')}` : ''}.${missing}`;
  }
  const { added, known, refused, forged, files, filesMissing, filesWrong, filesNotStored } = result;
  const news =
    added === 0
      ? 'Everything was here already.'
      : `${countOf(added, 'entry is', 'entries are')} new here${known > 0 ? `, ${countOf(known, 'was', 'were')} here already` : ''}.`;
  const left =
    refused === 0
      ? ''
      : ` ${countOf(refused, 'entry was', 'entries were')} refused${forged > 0 ? `, ${countOf(forged, 'of them', 'of them')} not signed by ${forged === 1 ? 'its author' : 'their authors'}` : ''}.`;
  const came = files === 0 ? '' : ` ${countOf(files, 'file', 'files')} came along.`;
  const missing =
    filesMissing === 0 ? '' : ` ${countOf(filesMissing, 'file was', 'files were')} not beside the export.`;
  const wrong =
    filesWrong === 0
      ? ''
      : ` ${countOf(filesWrong, 'file was', 'files were')} left out: not what ${filesWrong === 1 ? 'its message says' : 'their messages say'}.`;
  const notStored =
    filesNotStored === 0
      ? ''
      : ` ${countOf(filesNotStored, 'file', 'files')} could not be stored on this computer: make room on the disk and import once more.`;
  return `${rooms} imported. ${news}${left}${came}${missing}${wrong}${notStored}`;
}
