// Chat with the current release of @huggingface/inference: the whole answer, then streamed with its usage.
//
//     npm ci --prefix examples/node
//     node examples/node/chat_stream.mjs http://127.0.0.1:8080
import { InferenceClient } from "@huggingface/inference";

const client = new InferenceClient(undefined, { endpointUrl: process.argv[2] });
const question = {
  messages: [{ role: "user", content: "What is Deep Learning?" }],
  max_tokens: 20,
  temperature: 0,
};

const answer = await client.chatCompletion(question);
console.log(answer.choices[0].message.content);
console.log(answer.choices[0].finish_reason, answer.usage.total_tokens);

for await (const chunk of client.chatCompletionStream({ ...question, stream_options: { include_usage: true } })) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? "");
  if (chunk.usage) {
    console.log(`\n${chunk.usage.prompt_tokens} ${chunk.usage.completion_tokens}`);
  }
}

// What the server refuses is raised in the stream as well.
try {
  for await (const _ of client.chatCompletionStream({ ...question, temperature: -1 }));
} catch (error) {
  console.log(error.message);
}
