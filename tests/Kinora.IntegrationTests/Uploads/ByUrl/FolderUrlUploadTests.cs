namespace Kinora.IntegrationTests.Uploads.ByUrl;

[Collection("deployments")]
public sealed class FolderUrlUploadTests : UrlUploadContract;
