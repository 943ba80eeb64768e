import { AppError } from '../../../core/errors.ts';
import { requireCampaign } from '../../../pipelines/actions.ts';
import { addImport } from '../../../pipelines/add-import.ts';
import { importErrors } from '../../../pipelines/import-errors.ts';
import { tryImport } from '../../../pipelines/try-import.ts';
import { importDocument, importDocuments, rejectionDocument } from '../../documents.ts';
import type { ImportBackend, ImportWish } from '../backend.ts';
import type { CliDeps } from '../deps.ts';

function sourceOf({ source, mode, wish }: ImportWish) {
  return { fileName: source.fileName, content: source.open(), mode, wish };
}

/** Imports on the store itself; the list is copied to the spool for the role `ingest`. */
export function localImports(deps: CliDeps): ImportBackend {
  return {
    async addImport(campaignId, wish) {
      const { outcome, record } = await addImport(deps, campaignId, sourceOf(wish));
      return { outcome, document: importDocument(record) };
    },
    tryImport: (campaignId, wish, onRows) =>
      tryImport(deps, campaignId, sourceOf(wish), { wish: wish.wish, onRows }),
    async imports(campaignId) {
      await requireCampaign(deps.store, campaignId);
      return importDocuments(await deps.store.imports(campaignId));
    },
    async importOf(id) {
      const record = await deps.store.importRecord(id);
      if (record !== undefined) return importDocument(record);
      throw new AppError(
        'import_not_found',
        `there is no import "${id}"; "import list <campaign>" names all there are`,
      );
    },
    async *rejections(id) {
      const header = (await deps.store.importHeader(id)) ?? [];
      for await (const rejection of deps.store.rejections(id)) yield rejectionDocument(rejection, header);
    },
    importErrors: (id) => importErrors(deps, id),
  };
}
