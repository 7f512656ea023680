export { addressToJson } from './address-to-json.ts';
export {
  type BlockStatistics,
  type BlockStatisticsFacts,
  type BlockStatisticsParams,
  blockStatistics,
  type Figures,
  type Growth,
  type SegwitStatistics,
} from './block-statistics.ts';
export { blockStatisticsToJson } from './block-statistics-to-json.ts';
export {
  type BlockToJsonOptions,
  blockSummaryToJson,
  blockToJson,
  blockTransactionsToJson,
  blockWithTransactionsToJson,
} from './block-to-json.ts';
export { decodeAnyTx } from './decode-any-tx.ts';
export { descriptorToJson, multipathDescriptorToJson } from './descriptor-to-json.ts';
export { type ChainPlace, headerToJson } from './header-to-json.ts';
export { inferredDescriptor, inferredWitnessDescriptor } from './inferred-descriptor.ts';
export {
  amountNumber,
  amountText,
  type Json,
  type JsonObject,
  jsonText,
} from './json-text.ts';
export { JsonMap, JsonNumber, type JsonValue } from './json-value.ts';
export type { Percentiles } from './percentiles.ts';
export { psbtAnalysisToJson, psbtToJson } from './psbt-to-json.ts';
export { JsonError, readJson } from './read-json.ts';
export { decodedScriptToJson, scriptSigToJson, scriptToJson } from './script-to-json.ts';
export { type TxToJsonOptions, txToJson } from './tx-to-json.ts';
