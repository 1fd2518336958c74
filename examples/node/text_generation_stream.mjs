// Stream a text with the current release of @huggingface/inference, which asks /v1/completions for it.
//
//     npm ci --prefix examples/node
//     node examples/node/text_generation_stream.mjs http://127.0.0.1:8080
import { textGenerationStream } from "@huggingface/inference";

const chunks = textGenerationStream({
  endpointUrl: process.argv[2],
  inputs: "What is Deep Learning?",
  parameters: { max_new_tokens: 20, temperature: 0 },
});
for await (const chunk of chunks) {
  process.stdout.write(chunk.choices[0].text);
  if (chunk.usage) {
    console.log(`\n${chunk.choices[0].finish_reason} ${chunk.usage.completion_tokens}`);
  }
}
