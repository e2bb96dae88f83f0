import { defineConfig } from '@hey-api/openapi-ts';

export default defineConfig({
  input: '../../docs/openapi.json',
  logs: { file: false },
  output: { path: 'src/generated', module: { extension: '.js' } },
  plugins: ['@hey-api/client-next', '@hey-api/typescript', '@hey-api/sdk'],
});
