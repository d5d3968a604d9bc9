using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kinora.Core.Infra.Database.Migrations
{
    /// <inheritdoc />
    public partial class UploadByUrl : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "ck_videos_status",
                table: "videos");

            migrationBuilder.DropCheckConstraint(
                name: "ck_jobs_type",
                table: "jobs");

            migrationBuilder.AlterColumn<string>(
                name: "source_key",
                table: "videos",
                type: "text",
                nullable: true,
                oldClrType: typeof(string),
                oldType: "text");

            migrationBuilder.AlterColumn<long>(
                name: "size_bytes",
                table: "videos",
                type: "bigint",
                nullable: true,
                oldClrType: typeof(long),
                oldType: "bigint");

            migrationBuilder.AlterColumn<byte[]>(
                name: "sha256",
                table: "videos",
                type: "bytea",
                nullable: true,
                oldClrType: typeof(byte[]),
                oldType: "bytea");

            migrationBuilder.AlterColumn<string>(
                name: "content_type",
                table: "videos",
                type: "character varying(100)",
                maxLength: 100,
                nullable: true,
                oldClrType: typeof(string),
                oldType: "character varying(100)",
                oldMaxLength: 100);

            migrationBuilder.AddColumn<string>(
                name: "fetch_url",
                table: "videos",
                type: "character varying(2048)",
                maxLength: 2048,
                nullable: true);

            migrationBuilder.AddCheckConstraint(
                name: "ck_videos_fetch_url",
                table: "videos",
                sql: "(fetch_url IS NOT NULL) = (status = 'FETCHING' AND deleted_at IS NULL)");

            migrationBuilder.AddCheckConstraint(
                name: "ck_videos_has_source",
                table: "videos",
                sql: "status = 'FAILED' OR (status = 'FETCHING') = (source_key IS NULL)");

            migrationBuilder.AddCheckConstraint(
                name: "ck_videos_source",
                table: "videos",
                sql: "num_nulls(size_bytes, content_type, sha256, source_key) IN (0, 4)");

            migrationBuilder.AddCheckConstraint(
                name: "ck_videos_status",
                table: "videos",
                sql: "status IN ('FETCHING', 'UPLOADED', 'ANALYZED', 'READY', 'FAILED')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_jobs_type",
                table: "jobs",
                sql: "type IN ('FETCH', 'ANALYZE', 'THUMBNAIL', 'HLS')");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "ck_videos_fetch_url",
                table: "videos");

            migrationBuilder.DropCheckConstraint(
                name: "ck_videos_has_source",
                table: "videos");

            migrationBuilder.DropCheckConstraint(
                name: "ck_videos_source",
                table: "videos");

            migrationBuilder.DropCheckConstraint(
                name: "ck_videos_status",
                table: "videos");

            migrationBuilder.DropCheckConstraint(
                name: "ck_jobs_type",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "fetch_url",
                table: "videos");

            migrationBuilder.AlterColumn<string>(
                name: "source_key",
                table: "videos",
                type: "text",
                nullable: false,
                defaultValue: "",
                oldClrType: typeof(string),
                oldType: "text",
                oldNullable: true);

            migrationBuilder.AlterColumn<long>(
                name: "size_bytes",
                table: "videos",
                type: "bigint",
                nullable: false,
                defaultValue: 0L,
                oldClrType: typeof(long),
                oldType: "bigint",
                oldNullable: true);

            migrationBuilder.AlterColumn<byte[]>(
                name: "sha256",
                table: "videos",
                type: "bytea",
                nullable: false,
                defaultValue: new byte[0],
                oldClrType: typeof(byte[]),
                oldType: "bytea",
                oldNullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "content_type",
                table: "videos",
                type: "character varying(100)",
                maxLength: 100,
                nullable: false,
                defaultValue: "",
                oldClrType: typeof(string),
                oldType: "character varying(100)",
                oldMaxLength: 100,
                oldNullable: true);

            migrationBuilder.AddCheckConstraint(
                name: "ck_videos_status",
                table: "videos",
                sql: "status IN ('UPLOADED', 'ANALYZED', 'READY', 'FAILED')");

            migrationBuilder.AddCheckConstraint(
                name: "ck_jobs_type",
                table: "jobs",
                sql: "type IN ('ANALYZE', 'THUMBNAIL', 'HLS')");
        }
    }
}
