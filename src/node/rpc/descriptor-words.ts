import type { DescriptorError } from '../../protocol/script/descriptor/descriptor-error.ts';

/**
 * What is wrong with a descriptor, in Core's words. Of text behind the end of one Core says nothing: its
 * error is empty.
 *
 * @example
 * descriptorWords(error) // "'nope' is not a valid descriptor function"
 */
export function descriptorWords({ code, message }: DescriptorError): string {
  return code === 'trailing-text' ? '' : message;
}
