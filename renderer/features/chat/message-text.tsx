import { mentionCode } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { Check, Copy } from 'lucide-react';
import { createContext, use, useMemo, useState } from 'react';
import { ownDevices } from '../../stores/people.ts';
import { useActions, useApp } from '../../stores/react.tsx';
import { IconButton } from '../../ui/button.tsx';
import { type Block, type Inline, readMarks } from '../../ui/marks.ts';
import styles from './message-text.module.css';
import { usePeople } from './use-people.ts';

/** The room whose people are mentioned. */
const RoomContext = createContext<RoomId | null>(null);

/** A message's text with its marks and links. Everything is drawn as elements of this page; nothing is read as HTML. */
export function MessageText({ text, roomId }: { text: string; roomId: RoomId }) {
  const blocks = useMemo(() => readMarks(text), [text]);
  return (
    <RoomContext value={roomId}>
      <Blocks blocks={blocks} />
    </RoomContext>
  );
}

// The parts of one text never change their order, so their numbers are their keys.

function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return blocks.map((block, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: see above
    <BlockView key={index} block={block} isAlone={blocks.length === 1} />
  ));
}

function Inlines({ parts }: { parts: readonly Inline[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: see above
  return parts.map((part, index) => <Part key={index} part={part} />);
}

function BlockView({ block, isAlone }: { block: Block; isAlone: boolean }) {
  switch (block.kind) {
    case 'text':
      return isAlone ? (
        <Inlines parts={block.parts} />
      ) : (
        <div dir="auto" className={styles.paragraph}>
          <Inlines parts={block.parts} />
        </div>
      );
    case 'code':
      return <CodeBlock text={block.text} language={block.language} />;
    case 'quote':
      return (
        <blockquote dir="auto" className={styles.quote}>
          <Blocks blocks={block.blocks} />
        </blockquote>
      );
    case 'list': {
      const List = block.start === null ? 'ul' : 'ol';
      return (
        <List dir="auto" className={styles.list} {...(block.start === null ? {} : { start: block.start })}>
          {block.items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <li key={index} dir="auto">
              <Blocks blocks={item} />
            </li>
          ))}
        </List>
      );
    }
  }
}

function Part({ part }: { part: Inline }) {
  const { openLink } = useActions();
  const roomId = use(RoomContext);
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'mention':
      return roomId === null ? `@${part.name}` : <Mention roomId={roomId} name={part.name} code={part.code} />;
    case 'code':
      return <code className={styles.code}>{part.text}</code>;
    case 'link':
      return (
        <>
          <button type="button" className={styles.link} onClick={() => openLink(part.url)}>
            <Inlines parts={part.parts} />
          </button>
          {part.host === null ? null : (
            <>
              {' '}
              <bdi className={styles.host}>({part.host})</bdi>
            </>
          )}
        </>
      );
    case 'strong':
      return (
        <strong>
          <Inlines parts={part.parts} />
        </strong>
      );
    case 'em':
      return (
        <em>
          <Inlines parts={part.parts} />
        </em>
      );
    case 'strike':
      return (
        <s>
          <Inlines parts={part.parts} />
        </s>
      );
  }
}

/** Somebody, by the name of today; one's own mention stands out. */
function Mention({ roomId, name, code }: { roomId: RoomId; name: string; code: string }) {
  const isOwn = useApp((state) => ownDevices(state).some((device) => mentionCode(device) === code));
  const people = usePeople(roomId);
  const now = useMemo(() => people.find(({ device }) => mentionCode(device) === code)?.name, [people, code]);
  return (
    <span className={styles.mention} data-own={isOwn || undefined}>
      @<bdi>{now ?? name}</bdi>
    </span>
  );
}

function CodeBlock({ text, language }: { text: string; language: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <div className={styles.block} dir="ltr">
      <div className={styles.head}>
        <span>{language}</span>
        <IconButton
          icon={isCopied ? Check : Copy}
          label={isCopied ? 'Copied' : 'Copy code'}
          title={isCopied ? 'Copied' : 'Copy code'}
          tooltip={false}
          className={styles.copy}
          onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
        />
      </div>
      <pre>
        <code>{text}</code>
      </pre>
    </div>
  );
}
