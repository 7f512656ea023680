/** Where the chain and the mempool are. All of it is what methods of JSON-RPC tell. */
import { answerWith } from './rest-answer.ts';
import { hashIn, type RestEndpoint, type RestSources } from './rest-endpoint.ts';
import { badRequest } from './rest-error.ts';
import { queryParameter, type RestQuestion } from './rest-request.ts';

export const stateEndpoints: readonly RestEndpoint[] = [
  {
    path: '/rest/chaininfo',
    answer: (question, { method }) =>
      answerWith(question, { json: () => method('getblockchaininfo') }),
  },
  { path: '/rest/mempool/', answer: answerMempool },
  { path: '/rest/deploymentinfo/', answer: answerDeployments },
  { path: '/rest/deploymentinfo', answer: answerDeployments },
];

async function answerDeployments(
  question: RestQuestion,
  { node, method }: RestSources,
): ReturnType<RestEndpoint['answer']> {
  const { rest } = question;
  return answerWith(question, {
    json: () => {
      if (rest === '') return method('getdeploymentinfo');
      if (node.chain.lookup(hashIn(rest)) === undefined) throw badRequest('Block not found');
      return method('getdeploymentinfo', rest);
    },
  });
}

async function answerMempool(
  question: RestQuestion,
  { method }: RestSources,
): ReturnType<RestEndpoint['answer']> {
  const { rest } = question;
  if (rest === 'info') return answerWith(question, { json: () => method('getmempoolinfo') });
  if (rest !== 'contents') {
    throw badRequest('Invalid URI format. Expected /rest/mempool/<info|contents>.json');
  }
  return answerWith(question, {
    json: () => {
      const verbose = flagIn(question, 'verbose', 'true');
      const withSequence = flagIn(question, 'mempool_sequence', 'false');
      if (verbose && withSequence) {
        throw badRequest(
          'Verbose results cannot contain mempool sequence values. (hint: set "verbose=false")',
        );
      }
      return method('getrawmempool', verbose, withSequence);
    },
  });
}

function flagIn(question: RestQuestion, name: string, usual: string): boolean {
  const value = queryParameter(question, name) ?? usual;
  if (value === 'true' || value === 'false') return value === 'true';
  throw badRequest(`The "${name}" query parameter must be either "true" or "false".`);
}
