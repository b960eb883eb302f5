import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from "@nestjs/swagger";

/** The document of the merchants' API, from the decorators of its controllers; committed, and compared by a spec. */
export const createDocument = (nest: NestFastifyApplication): OpenAPIObject => {
  const config = new DocumentBuilder()
    .setOpenAPIVersion("3.1.0")
    .setTitle("Malipo merchant API")
    .setDescription(
      "Take payments by mobile money. Get a token at /oauth/token (client credentials), create a payment, receive callbacks, and ask for the status only when a callback is in doubt.",
    )
    .setVersion("1.0.0")
    .addServer("/")
    .addBearerAuth({ type: "http", scheme: "bearer", bearerFormat: "JWT" })
    .build();
  return SwaggerModule.createDocument(nest, config);
};

/** `/docs` is a page, `/docs/openapi.json` the document. */
export const serveDocument = (nest: NestFastifyApplication): void =>
  SwaggerModule.setup("docs", nest, createDocument(nest), { jsonDocumentUrl: "docs/openapi.json", yamlDocumentUrl: "docs/openapi.yaml" });
