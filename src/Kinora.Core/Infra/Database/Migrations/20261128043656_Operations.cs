using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kinora.Core.Infra.Database.Migrations
{
    /// <inheritdoc />
    public partial class Operations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "workers",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<string>(type: "text", nullable: false),
                    sandbox = table.Column<string>(type: "text", nullable: false),
                    slots = table.Column<string>(type: "jsonb", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_workers", x => x.name);
                });

            migrationBuilder.CreateIndex(
                name: "ix_jobs_failed",
                table: "jobs",
                column: "finished_at",
                filter: "status = 'FAILED' AND parent_id IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_finished",
                table: "jobs",
                column: "finished_at",
                filter: "finished_at IS NOT NULL AND parent_id IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "workers");

            migrationBuilder.DropIndex(
                name: "ix_jobs_failed",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_finished",
                table: "jobs");
        }
    }
}
