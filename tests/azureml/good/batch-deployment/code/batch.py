def init():
    pass


def run(mini_batch):
    return [str(name) for name in mini_batch]
