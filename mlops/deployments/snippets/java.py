"""Java with its own HTTP client."""

from __future__ import annotations

from typing import Any

from mlops.deployments.snippets.literals import compact, double_quoted


def program(uri: str, body: Any) -> str:
    return f"""import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Score {{
    public static void main(String[] arguments) throws Exception {{
        String body = {double_quoted(compact(body))};
        HttpRequest request = HttpRequest.newBuilder(URI.create({double_quoted(uri)}))
            .header("Authorization", "Bearer " + System.getenv("ENDPOINT_KEY"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
        HttpResponse<String> answer = HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {{
            throw new RuntimeException(answer.statusCode() + ": " + answer.body());
        }}
        System.out.println(answer.body());
    }}
}}
"""
