/** Where text may be dropped. */
const FIELDS = 'input, textarea';

/**
 * Keeps what is dropped on the page from leaving it: a browser opens a file or a link in the page's place. Text may still be
 * dragged into a field. Returns the undo.
 */
export function refuseDrops(page: Pick<Document, 'addEventListener' | 'removeEventListener'>): () => void {
  const refuse = (event: DragEvent): void => {
    const hasFiles = event.dataTransfer?.types.includes('Files') ?? false;
    if (!hasFiles && event.target instanceof Element && event.target.closest(FIELDS)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
  };
  page.addEventListener('dragover', refuse);
  page.addEventListener('drop', refuse);
  return () => {
    page.removeEventListener('dragover', refuse);
    page.removeEventListener('drop', refuse);
  };
}
