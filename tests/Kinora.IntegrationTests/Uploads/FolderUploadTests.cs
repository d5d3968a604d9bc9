namespace Kinora.IntegrationTests.Uploads;

public sealed class FolderUploadTests : ResumableUploadContract;
