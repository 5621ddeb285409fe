import type { EmbeddedServerState, LanHost } from '@parley/shared/model';
import { formatInvite, parseInvite } from '@parley/shared/sealing';
import { Network } from 'lucide-react';
import { SelectField } from '../../ui/field.tsx';
import styles from './invite-dialog.module.css';

/** The hosts between which a person can choose for an invite: only where it names one of several. Pure. */
export function networksFor(invite: string, server: EmbeddedServerState): readonly LanHost[] {
  const parsed = parseInvite(invite);
  const lanHosts = server.at === 'running' ? server.lanHosts : [];
  return parsed.ok && lanHosts.length > 1 && lanHosts.some(({ host }) => host === parsed.value.host) ? lanHosts : [];
}

/** The invite with the chosen host in place of its own, as long as that host is among `networks`. Pure. */
export function inviteNaming(chosen: string | null, invite: string, networks: readonly LanHost[]): string {
  const parsed = parseInvite(invite);
  const network = networks.find(({ host }) => host === chosen);
  return parsed.ok && network ? formatInvite({ ...parsed.value, host: network.host }) : invite;
}

const wordsOf = ({ host, network }: LanHost): string => `${network}: ${host}`;

type InviteNetworkProps = { networks: readonly LanHost[]; value: string; onChoose: (host: string) => void };

/** Which of this computer's networks the invite is for. */
export function InviteNetwork({ networks, value, onChoose }: InviteNetworkProps) {
  return (
    <div className={styles.network}>
      <SelectField
        label="Network of the invite"
        value={value}
        options={networks.map((lan) => ({ id: lan.host, label: wordsOf(lan) }))}
        onChange={onChoose}
        empty=""
        icon={<Network aria-hidden="true" />}
      />
      <p className={styles.soft}>
        This computer is on several networks. If somebody cannot join, choose the one that they are on too, and send
        them the new invite.
      </p>
    </div>
  );
}
