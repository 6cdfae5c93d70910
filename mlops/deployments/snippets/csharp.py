"""C# with HttpClient."""

from __future__ import annotations

from typing import Any

from mlops.deployments.snippets.literals import compact, double_quoted, verbatim


def program(uri: str, body: Any) -> str:
    return f"""using System;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading.Tasks;

class Score
{{
    static void Main()
    {{
        Ask().GetAwaiter().GetResult();
    }}

    static async Task Ask()
    {{
        var body = {verbatim(compact(body))};
        var key = Environment.GetEnvironmentVariable("ENDPOINT_KEY");
        using (var client = new HttpClient())
        {{
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            var content = new StringContent(body, Encoding.UTF8, "application/json");
            var answer = await client.PostAsync({double_quoted(uri)}, content);
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode)
            {{
                throw new Exception((int)answer.StatusCode + ": " + text);
            }}
            Console.WriteLine(text);
        }}
    }}
}}
"""
