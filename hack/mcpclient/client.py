"""Lists the tools of an MCP server and calls each once.

Usage: client.py URL KEY < ARGUMENTS

ARGUMENTS is a JSON object with the arguments of each tool by its name. The output is a JSON
object with the result of each tool that the server lists: isError and the text.
"""
import asyncio
import json
import sys

from mcp import ClientSession
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client


async def main(url: str, key: str) -> None:
    arguments = json.load(sys.stdin)
    results = {}
    http = create_mcp_http_client(headers={"Authorization": f"Bearer {key}"})
    async with http, streamable_http_client(url, http_client=http) as streams:
        async with ClientSession(streams[0], streams[1]) as session:
            await session.initialize()
            for tool in (await session.list_tools()).tools:
                result = await session.call_tool(tool.name, arguments.get(tool.name, {}))
                text = "\n".join(c.text for c in result.content if c.type == "text")
                results[tool.name] = {"isError": bool(result.is_error if hasattr(result, "is_error") else result.isError), "text": text}
    json.dump(results, sys.stdout)


asyncio.run(main(sys.argv[1], sys.argv[2]))
