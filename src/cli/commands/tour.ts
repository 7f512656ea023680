import { curveBackend } from '#curve';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { chains } from '../../protocol/params/chains.ts';
import { amountNumber, type JsonObject, jsonText } from '../../protocol/report/json-text.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { paintFor } from '../paint.ts';
import type { tour as spec } from '../table/tour.ts';
import { type GenesisFindings, inspectGenesis, isValid } from '../tour/inspect-genesis.ts';
import { tourText } from '../tour/tour-text.ts';

export const tour: Command<typeof spec> = async (args, io) => {
  const inspected = chains.map((params) => ({
    name: params.name,
    findings: inspectGenesis(params),
  }));
  const curve = curveBackend();
  io.out.write(
    args.json
      ? `${jsonText({ curve, chains: inspected.map(findingsToJson) }, 2)}\n`
      : tourText({ chains: inspected, curve, command: io.command }, paintFor(io.out)),
  );
  return inspected.every(({ findings }) => isValid(findings)) ? EXIT_OK : EXIT_FAILURE;
};

function findingsToJson(chain: {
  readonly name: string;
  readonly findings: GenesisFindings;
}): JsonObject {
  const { findings } = chain;
  return {
    chain: chain.name,
    valid: isValid(findings),
    hash: toReversedHex(findings.hash),
    target: findings.target.toString(16).padStart(64, '0'),
    zerobits: findings.zeroBits,
    tries: findings.tries,
    merkleroot: toReversedHex(findings.block.header.merkleRoot),
    time: findings.block.header.time,
    size: findings.bytes.length,
    message: findings.message,
    reward: amountNumber(findings.reward),
    checks: { ...findings.checks },
  };
}
