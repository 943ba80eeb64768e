import type { ProviderClient } from './client.ts';

/** The client of a process that may never ask the provider anything: the vendor's SDK is loaded with the first request. */
export function lazyClient(open: () => Promise<ProviderClient>): ProviderClient {
  let opening: Promise<ProviderClient> | undefined;
  return {
    async request(action, params, options) {
      opening ??= open();
      return (await opening).request(action, params, options);
    },
    close: () => void opening?.then((client) => client.close()),
  };
}
