import { contractTable, linkContract } from '../link-contract.ts';
import { createInProcessLink } from './in-process-link.ts';

linkContract(async () => {
  const { collector, server } = createInProcessLink({ collectorId: 'c1', table: contractTable });
  return { collector, server, close: () => server.close() };
});
