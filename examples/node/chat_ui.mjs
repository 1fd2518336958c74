// Stream a text as ChatUI does: by the URL of /generate_stream, and without the prompt.
//
//     npm ci --prefix examples/node
//     node examples/node/chat_ui.mjs http://127.0.0.1:8080
//
// Releases of @huggingface/inference from 4.13.19 on add /v1/completions to whatever URL they are given;
// text_generation_stream.mjs is for those.
const [url, release = "chat-ui-inference"] = process.argv.slice(2);
const { textGenerationStream } = await import(release);

const events = textGenerationStream({
  endpointUrl: `${url}/generate_stream`,
  inputs: "What is Deep Learning?",
  parameters: { max_new_tokens: 20, return_full_text: false },
});
for await (const event of events) {
  process.stdout.write(event.token.text);
  if (event.generated_text !== null) {
    console.log(`\n${event.generated_text}`);
  }
}
