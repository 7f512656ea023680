export { type CoinbaseWishes, MAX_TAG } from './block-maker.ts';
export { type MeetNodeParts, type MetNode, meetNode } from './meet-node.ts';
export { MinerError, type MinerErrorCode } from './miner-error.ts';
export type { FoundBlock, MinerTotals, SoloMinerEvent } from './miner-event.ts';
export { readTemplate, type WorkTemplate } from './read-template.ts';
export { SoloMiner, type SoloMinerOptions, type SoloMinerParts } from './solo-miner.ts';
export { explainAnswer, type SubmitAnswer } from './submit-answer.ts';
export {
  type FeedEvent,
  type NodeDoor,
  TemplateFeed,
  type TemplateFeedParts,
} from './template-feed.ts';
